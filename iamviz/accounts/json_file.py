"""Reading JSON files that other tools wrote: every failure names the file and the place in it.

Of a file that is cut off, or broken further on, what stands whole before that place is read.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["MOST_BYTES", "DumpError", "read_documents"]

MOST_BYTES = 512_000_000
"""A larger file is refused: as Python objects it would take ten times its size of memory."""
_WHITE = (" ", "\t", "\r", "\n")
_DECODER = json.JSONDecoder()


class DumpError(ValueError):
    """A file that cannot be used as a part of an account: no JSON, too large, or something else entirely."""


def read_documents(path: Path, problems: list[str]) -> Iterator[tuple[str, Any]]:
    """The JSON documents of a file, each with the name to call it by: one, a list of them, or several on end.

    ``aws … >> file`` puts pages on end. Of a document that breaks off the whole part comes last, and ``problems`` is
    told so. DumpError names file, line and column where nothing can be used.
    """
    text = _text(path)
    found = list(_split(text, path.name, problems))
    if not found:
        raise DumpError(f"{path.name}, line 1, column 1: not JSON: the file is empty")
    for number, document in enumerate(found):
        name = path.name if len(found) == 1 else f"{path.name}, document {number + 1}"
        if isinstance(document, list) and document and all(isinstance(item, dict) for item in document):
            yield from (
                (f"{name}[{index}]" if len(document) > 1 else name, item) for index, item in enumerate(document)
            )
        else:
            yield name, document


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DumpError(f"{path}: cannot be read: {error.strerror}") from None
    if size > MOST_BYTES:
        raise DumpError(
            f"{path.name}: {size / 1e9:.1f} GB; iamviz reads at most {MOST_BYTES / 1e9:.1f} GB. Write the pages into "
            "several files (aws … --max-items, --starting-token), or one account into each"
        )
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DumpError(f"{path.name}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise DumpError(f"{path}: cannot be read: {error.strerror}") from None


def _split(text: str, name: str, problems: list[str]) -> Iterator[Any]:
    """The documents that stand in a text one after the other; the whole part of the first one that is broken."""
    position, end, count = 0, len(text.rstrip()), 0
    while (position := _blank(text, position)) < end:
        try:
            document, position = _DECODER.raw_decode(text, position)
        except json.JSONDecodeError as error:
            told = _told(error, end, name)
            whole = _whole_part(text, position)
            if not whole and not count:
                raise DumpError(told) from None
            end_of_it = "" if told.endswith("?") else "."
            problems.append(f"{told}{end_of_it} What stands whole before it is read, the rest is missing")
            yield from [whole] if whole else []
            return
        except RecursionError:
            raise DumpError(f"{name}: JSON nested too deeply") from None
        except ValueError as error:
            raise DumpError(f"{name}: not JSON: {error}") from None
        yield document
        count += 1


def _whole_part(text: str, position: int) -> dict[str, Any]:
    """The members of a broken object that are lists, with their items, up to the place where it breaks.

    An account dump is such an object of lists. One with an object in it, such as an organization, is not read in part:
    it may say something else than the whole.
    """
    found: dict[str, Any] = {}
    try:
        position = _after("{", text, position)
        while True:
            key, position = _DECODER.raw_decode(text, _blank(text, position))
            position = _blank(text, _after(":", text, position))
            if text[position : position + 1] == "[":
                found[key] = []
                position = _items(text, position + 1, found[key])
            elif text[position : position + 1] == "{":
                return {}
            else:
                _, position = _DECODER.raw_decode(text, position)
            position = _after(",", text, position)
    except (ValueError, RecursionError):
        return {key: items for key, items in found.items() if items}


def _items(text: str, position: int, found: list[Any]) -> int:
    """Read the items of a list into ``found`` and give the place behind it; ValueError where it breaks."""
    position = _blank(text, position)
    while text[position : position + 1] != "]":
        item, position = _DECODER.raw_decode(text, position)
        found.append(item)
        position = _blank(text, position)
        if text[position : position + 1] != "]":
            position = _blank(text, _after(",", text, position))
    return position + 1


def _after(mark: str, text: str, position: int) -> int:
    """The place behind a mark that must come next."""
    return text.index(mark, _blank(text, position), _blank(text, position) + 1) + 1


def _blank(text: str, position: int) -> int:
    """The next place that is not white."""
    while text[position : position + 1] in _WHITE and position < len(text):
        position += 1
    return position


def _told(error: json.JSONDecodeError, end: int, name: str) -> str:
    cut = error.pos >= end or error.msg.startswith("Unterminated string")
    hint = "; the file ends before its JSON does: was it cut off?" if cut else ""
    return f"{name}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}{hint}"
