"""CloudTrail files as a stream of events: whatever their size, only one event is in memory at a time.

Understood are the files that CloudTrail writes (``{"Records": […]}``, gzip or not, in folders of any depth), a list of
events, one event a line, and the output of ``aws cloudtrail lookup-events``. What cannot be read is told, with its
place, and the rest is read.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from json import JSONDecoder
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Progress", "TrailError", "TrailFiles"]

Progress = Callable[[int, int, int], None]
"""Told while reading: bytes read so far, bytes in all, events so far."""

ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".gz")
_CHUNK = 1 << 20
_LONGEST_EVENT = 32 << 20
"""Characters: an event of CloudTrail has 256 kB at most; what is longer is no event."""
_HEAD = 1 << 16
"""Characters in which the list of events has begun, if there is one."""
_LISTS = re.compile(r'"(Records|Events)"\s*:\s*\[')
_BLANK = re.compile(r"[\s,\ufeff]*")
_NOT_EVENTS = ("CloudTrail-Digest", "CloudTrail-Insight")
_PROGRESS_EVERY = 5000


class TrailError(ValueError):
    """Nothing to read: a path that is not there, or a folder without CloudTrail files."""


class TrailFiles:
    """The files under some paths; iterate over it to read the events. ``problems`` grows meanwhile."""

    def __init__(self, paths: Iterable[str | PathLike[str]], progress: Progress | None = None) -> None:
        self.problems: list[str] = []
        self.events = 0
        self.files = _files(paths)
        self._progress = progress
        self._total = sum(path.stat().st_size for path in self.files)
        self._before = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for path in self.files:
            yield from self._file(path)
            self._before += path.stat().st_size
        self._tell(0)

    def _tell(self, within: int) -> None:
        if self._progress is not None:
            self._progress(min(self._before + within, self._total), self._total, self.events)

    def _file(self, path: Path) -> Iterator[Mapping[str, Any]]:
        number = 0
        try:
            with path.open("rb") as raw:
                packed = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                data: _Bytes = gzip.GzipFile(fileobj=raw) if packed else raw
                reader = _Reader(data)
                for item in reader.items():
                    for event in _events(item):
                        number += 1
                        self.events += 1
                        if self.events % _PROGRESS_EVERY == 0:
                            self._tell(raw.tell())
                        yield event
        except _TextError as error:
            self.problems.append(f"{path}: {error}; {number:,} events before it were read")
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self.problems.append(f"{path}: cannot be read to its end: {reason}; {number:,} events were read")
        else:
            if number == 0 and not reader.empty:
                self.problems.append(f"{path}: no CloudTrail events in it")


def _files(paths: Iterable[str | PathLike[str]]) -> list[Path]:
    found: dict[Path, None] = {}
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.name.endswith(ENDINGS) and file.is_file())
            inside = [file for file in inside if not any(part in _NOT_EVENTS for part in file.parts)]
            if not inside:
                raise TrailError(f"{path}: no CloudTrail files in this folder (looked for {', '.join(ENDINGS)})")
            found.update(dict.fromkeys(inside))
        elif path.is_file():
            found.setdefault(path)
        else:
            raise TrailError(f"{path}: there is no such file or folder")
    if not found:
        raise TrailError("no files were given; give CloudTrail files, or folders of them")
    return list(found)


def _events(item: Any) -> Iterator[Mapping[str, Any]]:
    """The events in one JSON value of a file."""
    if not isinstance(item, dict):
        return
    inner = item.get("CloudTrailEvent")
    if isinstance(inner, str):
        try:
            item = json.loads(inner)
        except (ValueError, RecursionError):
            return
        if not isinstance(item, dict):
            return
    for name in ("Records", "Events"):
        if isinstance(item.get(name), list):
            for entry in item[name]:
                yield from _events(entry)
            return
    if isinstance(item.get("eventName"), str):
        yield item


class _Bytes(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _TextError(ValueError):
    """What is wrong in a file, and where."""


class _Reader:
    """JSON values out of a stream: those of a list, or one after another; read piece by piece."""

    def __init__(self, data: _Bytes) -> None:
        self.data = data
        self.text = ""
        self.place = 0
        self.ended = False
        self.empty = True
        self.lines = self.column = 0
        self.bytes = 0
        self.rest = b""
        self.decode = JSONDecoder().raw_decode

    def items(self) -> Iterator[Any]:
        """Every value; _TextError with the line and column where the text stops being JSON."""
        if not self.skip():
            return
        self.empty = False
        if self.text[self.place] == "[":
            self.place += 1
        else:
            while len(self.text) - self.place < _HEAD and self.more():
                pass
            start = _LISTS.search(self.text, self.place)
            if start is not None and self.text[self.place] == "{":
                self.place = start.end()
            else:
                while self.skip():
                    yield self.value()
                return
        while self.skip():
            if self.text[self.place] == "]":
                return
            yield self.value()
        raise self.error("the file ends in the middle of its list: it is truncated")

    def skip(self) -> bool:
        """Go to the next value; False at the end of the text."""
        while True:
            match = _BLANK.match(self.text, self.place)
            self.place = match.end() if match else self.place
            if self.place < len(self.text):
                return True
            if not self.more():
                return False

    def value(self) -> Any:
        """The JSON value that starts here; more is read until it is whole."""
        while True:
            try:
                found, self.place = self.decode(self.text, self.place)
            except json.JSONDecodeError as error:
                broken = error
            except RecursionError:
                raise self.error("JSON nested too deeply") from None
            except ValueError as error:  # a number with thousands of digits
                raise self.error(f"not JSON that can be read: {error}") from None
            else:
                return found
            if len(self.text) - self.place > _LONGEST_EVENT or not self.more():
                cut = self.ended and (broken.pos >= len(self.text.rstrip()) or broken.msg.startswith("Unterminated"))
                ends = "; the file ends in the middle of an event: it is truncated" if cut else ""
                raise self.error(f"not JSON: {broken.msg}{ends}", broken.pos)

    def more(self) -> bool:
        """Read the next piece; what was consumed is let go."""
        if self.ended:
            return False
        done = self.text[: self.place]
        self.column = len(done) - done.rfind("\n") - 1 if "\n" in done else self.column + len(done)
        self.lines += done.count("\n")
        data = self.rest + self.data.read(_CHUNK)
        self.ended = len(data) == len(self.rest)
        text, used = _decoded(data, final=self.ended)
        if text is None:
            raise self.error(f"not UTF-8 text (byte {self.bytes + used})")
        self.bytes += used
        self.rest = data[used:]
        self.text = self.text[self.place :] + text
        self.place = 0
        return bool(text) or not self.ended

    def error(self, message: str, place: int | None = None) -> _TextError:
        """A complaint about a place in the text."""
        head = self.text[: self.place if place is None else place]
        line = self.lines + head.count("\n") + 1
        column = (len(head) - head.rfind("\n") - 1 if "\n" in head else self.column + len(head)) + 1
        return _TextError(f"line {line}, column {column}: {message}")


def _decoded(data: bytes, final: bool) -> tuple[str | None, int]:
    """The text of some bytes and how many of them it took; None with the place of a byte that is no UTF-8."""
    try:
        return data.decode("utf-8"), len(data)
    except UnicodeDecodeError as error:
        cut = len(data) - error.start < 4 and error.end == len(data) and not final
        if cut:
            return data[: error.start].decode("utf-8"), error.start
        return None, error.start
