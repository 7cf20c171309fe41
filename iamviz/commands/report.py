"""`iamviz report`: an account on one self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from iamviz.commands.common import Accounts, AsJson, Redact, counting_bar, fail, lede, load, say_json, write

__all__ = ["HELP", "report"]

HELP = """Write a report of an account: one HTML page that needs no script, no server and no network.

What there is, what is found, who may become whom, what everyone can do, and what is not known. A report of a real
account is redacted unless you say --no-redact. --json prints the same as data.

The exit code is 0, or 2 when something given cannot be used.

\b
Examples:
  iamviz report --account account.json --to report.html
  iamviz report --account dumps --to report.html --no-redact
  iamviz report --account account.json --json
"""


def report(
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="The page that is written.")] = None,
    account: Accounts = None,
    redact: Redact = None,
    as_json: AsJson = False,
) -> None:
    """Write a report of an account."""
    from iamviz.accounts.summary import account_data
    from iamviz.pictures.report import report_html

    if to is None and not as_json:
        fail("nothing to write: give --to report.html, or --json")
    loaded = load(account, redact, to)
    names = ", ".join(a.name or a.id for a in sorted(loaded.world.accounts.values(), key=lambda a: a.id))
    if to is not None:
        with counting_bar("Deciding") as progress:
            page = report_html(loaded.world, f"Report of {names or 'an empty account'}", lede(loaded), progress)
        write(to, page)
    if as_json:
        with counting_bar("Deciding") as progress:
            data = account_data(loaded.world, progress)
        say_json(data)
