"""Sentences under headings: what stands below a picture, or is an answer by itself."""

from __future__ import annotations

from collections.abc import Iterable

from iamviz.pictures.marks import esc

__all__ = ["notes"]


def notes(sections: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Lists of sentences, each list under its heading; a section without sentences is left out.

    What follows the first line of a sentence is shown as code, line by line.
    """
    parts = []
    for heading, sentences in sections:
        items = "".join(f"<li>{_item(sentence)}</li>" for sentence in sentences)
        if items:
            parts.append(f'<p class="b">{esc(heading)}</p><ul>{items}</ul>')
    return f'<div class="iv-notes">{"".join(parts)}</div>' if parts else ""


def _item(sentence: str) -> str:
    first, _, code = sentence.partition("\n")
    lines = "\n".join(esc(line) for line in code.split("\n"))
    return esc(first) + (f'<pre class="wash">{lines}</pre>' if code else "")
