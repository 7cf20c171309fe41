"""`iamviz findings`: what is worth knowing of an account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from iamviz.commands.common import Accounts, AsJson, Exit, Page, Redact, fail, lede, load, say, say_json, write

if TYPE_CHECKING:
    from iamviz.accounts.finding import AccountFinding, Findings

__all__ = ["HELP", "findings"]

HELP = """Say what is worth knowing of an account: who is trusted too widely, who can give themselves more permissions.

Each finding is tried by the engine in the account itself, so a Deny or a boundary that stands in the way keeps it out
of the list; where it depends on what is not known, it says on what. docs/findings.md explains every code, and what is
not looked for. With --html the page plays the stories of the weightiest findings.

The exit code is 1 when there is a finding of high risk, else 0; 2 when something given cannot be used.

\b
Examples:
  iamviz findings --account account.json
  iamviz findings --code ROLE_TRUSTS_EVERYONE --account account.json
  iamviz findings --account account.json --html findings.html
"""
MOST_SENTENCES = 8


def _some_codes(incomplete: str) -> list[str]:
    from iamviz.accounts.finding_rules import RULES

    return sorted(code for code in RULES if code.startswith(incomplete.upper()))


def findings(
    account: Accounts = None,
    code: Annotated[
        list[str] | None,
        typer.Option(
            "--code", metavar="CODE", help="Only findings of this code; repeat it for more.", autocompletion=_some_codes
        ),
    ] = None,
    redact: Redact = None,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Say what is worth knowing of an account."""
    from dataclasses import replace

    from iamviz.accounts.finding import Risk
    from iamviz.accounts.finding_rules import RULES
    from iamviz.accounts.findings import findings as find
    from iamviz.pictures.findings import findings_picture
    from iamviz.pictures.page import Section, page_html
    from iamviz.pictures.report import STORIES_TOLD, finding_stories

    wanted = {name.upper() for name in code or ()}
    unknown = sorted(wanted - RULES.keys())
    if unknown:
        fail(f"no finding has the code {unknown[0]}; there are: {', '.join(sorted(RULES))}")
    loaded = load(account, redact, page)
    found = find(loaded.world)
    if wanted:
        found = replace(found, found=tuple(one for one in found.found if one.code in wanted))
    if page is not None:
        stories = finding_stories(found.found)
        sections: list[Section] = [("", [findings_picture(loaded.world)])]
        if stories:
            sections.append(("How it would go", [STORIES_TOLD, *stories]))
        write(page, page_html("Findings", lede(loaded), sections))
    if as_json:
        say_json(json.loads(found.to_json()))
    else:
        say("\n".join(_lines(found, bool(wanted))))
    if any(one.risk is Risk.HIGH for one in found.found):
        raise typer.Exit(Exit.NO)


def _lines(found: Findings, chosen: bool) -> Iterator[str]:
    """By risk and code: what was found, what it means, what to do, when it is fine."""
    from iamviz.accounts.answers import not_known

    counts = f"{len(found.found)} of the chosen codes." if chosen else found.sentence
    yield counts
    kinds: dict[tuple[str, str], list[AccountFinding]] = {}
    for one in found.found:
        kinds.setdefault((one.risk.value, one.code), []).append(one)
    for (risk, code), ones in kinds.items():
        rule = ones[0].rule
        yield ""
        yield f"{risk.upper()}  {rule.title} ({code}), {len(ones)}"
        for one in ones[:MOST_SENTENCES]:
            depends = f" Depends on {', '.join(one.depends)}." if one.depends else ""
            yield f"  - {one.sentence}{depends}"
        if len(ones) > MOST_SENTENCES:
            yield f"  - and {len(ones) - MOST_SENTENCES} more"
        yield f"  It means: {rule.means}"
        yield f"  What to do: {rule.fix}"
        yield f"  When it is fine: {rule.fine}"
    yield from not_known(found.unknowns)
