"""`iamviz compare`: two states of an account."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from iamviz.commands.common import AsJson, Exit, Loaded, Page, Redact, lede, load, say, say_json, terminal_width, write

__all__ = ["HELP", "compare"]

HELP = """Say what changed between two dumps of an account: who gained, who lost, who may become whom now.

Everything is decided for everyone in both states: a policy that was rewritten and means the same is not listed.

The exit code is 0 when nothing changed, 1 when something did, 2 when something given cannot be used.

\b
Examples:
  iamviz compare monday.json friday.json
  iamviz compare monday.json friday.json --html changes.html
"""


def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A dump, a folder of dumps, or a scenario.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The same, later.")],
    redact: Redact = None,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Say what changed between two dumps of an account."""
    from iamviz.accounts.redact import Redactor
    from iamviz.pictures.asked import comparison_picture
    from iamviz.pictures.page import page_html

    old, new = load([before], False, None), load([after], False, None)
    real = old.real or new.real
    wanted = real and page is not None if redact is None else redact
    redactor = Redactor(old.plain, new.plain) if wanted else None
    was, now = (Loaded(loaded.plain, real, redactor) for loaded in (old, new))
    answer = comparison_picture(was.world, now.world)
    if page is not None:
        write(page, page_html("What changed", lede(now), [("", [answer])]))
    if as_json:
        say_json(json.loads(answer.to_json()))
    else:
        say(answer.answer.text(terminal_width()))
    if answer.rows:
        raise typer.Exit(Exit.NO)
