"""Servers that tests start on this machine."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def first_answer(url: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> str:
    """What the server answers as soon as it does; the test fails with the end of the log if it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read(), "utf-8")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    state = "ended" if server.poll() is not None else f"did not answer within {seconds:.0f} seconds"
    pytest.fail(f"the server {state}:\n{log.read_text(errors='replace')[-3000:]}", pytrace=False)


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
