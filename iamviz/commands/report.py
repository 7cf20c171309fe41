"""`iamviz report`: an account on one self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from iamviz.commands.common import Accounts, Redact, counting_bar, lede, load, write

__all__ = ["HELP", "report"]

HELP = """Write a report of an account: one HTML page that needs no script, no server and no network.

What there is, what is found, who may become whom, what everyone can do, and what is not known. A report of a real
account is redacted unless you say --no-redact.

The exit code is 0, or 2 when something given cannot be used.

\b
Examples:
  iamviz report --account account.json --to report.html
  iamviz report --account dumps --to report.html --no-redact
"""


def report(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The page that is written.")],
    account: Accounts = None,
    redact: Redact = None,
) -> None:
    """Write a report of an account."""
    from iamviz.pictures.report import report_html

    loaded = load(account, redact, to)
    names = ", ".join(a.name or a.id for a in sorted(loaded.world.accounts.values(), key=lambda a: a.id))
    with counting_bar("Deciding") as progress:
        page = report_html(loaded.world, f"Report of {names or 'an empty account'}", lede(loaded), progress)
    write(to, page)
