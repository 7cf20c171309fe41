"""Reading JSON files that other tools wrote: every failure names the file and the place in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["MOST_BYTES", "DumpError", "read_documents"]

MOST_BYTES = 512_000_000
"""A larger file is refused: as Python objects it would take ten times its size of memory."""
_WHITE = " \t\r\n"


class DumpError(ValueError):
    """A file that cannot be used as a part of an account: no JSON, too large, or something else entirely."""


def read_documents(path: Path) -> Iterator[tuple[str, Any]]:
    """The JSON documents of a file, each with the name to call it by: one, a list of them, or several on end.

    ``aws … >> file`` puts pages on end. DumpError names file, line and column.
    """
    text = _text(path)
    found = list(_split(text, path.name))
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


def _split(text: str, name: str) -> Iterator[Any]:
    """The documents that stand in a text one after the other."""
    decoder = json.JSONDecoder()
    position, end = 0, len(text.rstrip())
    while True:
        while position < end and text[position] in _WHITE:
            position += 1
        if position >= end:
            return
        try:
            document, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise DumpError(_told(error, end, name)) from None
        except RecursionError:
            raise DumpError(f"{name}: JSON nested too deeply") from None
        except ValueError as error:
            raise DumpError(f"{name}: not JSON: {error}") from None
        yield document


def _told(error: json.JSONDecodeError, end: int, name: str) -> str:
    cut = error.pos >= end or error.msg.startswith("Unterminated string")
    hint = "; the file ends before its JSON does: was it cut off?" if cut else ""
    return f"{name}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}{hint}"
