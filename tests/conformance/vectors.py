"""The vectors beside this module: samples of docs/rules, each with the answer that AWS gives."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Vector = dict[str, Any]


def read_vectors(name: str) -> list[Vector]:
    return json.loads((HERE / f"{name}.json").read_text("utf-8"))


def vector_id(vector: Vector) -> str:
    """How a test is called: ``G02 Several statements are OR-ed for Allow``."""
    return f"{vector['id']} {vector.get('title') or vector['why']}"
