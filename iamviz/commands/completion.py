"""Completion in bash, which breaks words at colons: an action (``s3:GetObject``) or an ARN reaches us in pieces.

The pieces are joined before the command line is asked, and what stands before the last colon is taken off the answers,
since bash puts them in place of the last piece only. Zsh, fish and PowerShell keep words whole.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from io import StringIO

__all__ = ["complete_in_bash", "is_asked_by_bash", "joined"]

_ASKED, _WORDS, _NUMBER = "_IAMVIZ_COMPLETE", "COMP_WORDS", "COMP_CWORD"


def is_asked_by_bash() -> bool:
    """Whether bash asks what may follow."""
    return os.environ.get(_ASKED) == "complete_bash" and _WORDS in os.environ


def joined(words: Sequence[str], number: int) -> tuple[list[str], int]:
    """The words with their pieces joined, and the number of the one that held the given one.

    >>> joined(["iamviz", "who-can", "s3", ":", "Get"], 4)
    (['iamviz', 'who-can', 's3:Get'], 2)
    """
    found: list[str] = []
    here = number
    for place, word in enumerate(words):
        after_colon = bool(found) and found[-1].endswith(":")
        if found and (set(word) == {":"} or (after_colon and word)):
            found[-1] += word
        else:
            found.append(word)
        if place == number:
            here = len(found) - 1
    return found, here


def complete_in_bash(run: Callable[[], None]) -> None:
    """Let ``run`` answer for the joined words, and print its answers as bash wants them."""
    text = os.environ[_WORDS]
    words = text.split("\n") if "\n" in text else text.split()
    given = os.environ.get(_NUMBER, "")
    words, number = joined(words, int(given) if given.isdecimal() else len(words) - 1)
    os.environ[_WORDS], os.environ[_NUMBER] = "\n".join(words), str(number)
    begun = words[number] if number < len(words) else ""
    before = begun.rpartition(":")[0] + ":" if ":" in begun else ""
    answers = StringIO()
    try:
        with redirect_stdout(answers):
            run()
    finally:
        for line in answers.getvalue().splitlines():
            print(line.removeprefix(before))
