"""`iamviz draw`: a map of an account, or of what is around one role or user."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from iamviz.commands.common import (
    Accounts,
    AsJson,
    Redact,
    fail,
    lede,
    load,
    say,
    say_json,
    some_people,
    write,
)

__all__ = ["HELP", "draw"]

HELP = """Draw who may become whom: a whole account, or what is around one user or role.

Without --to the map is told in words. With --to it is written into a file: .html, or .svg and .png for slides (.png
takes an installed Chromium, Chrome or Edge). --json prints its nodes and lines. What is drawn from a real account into
a file is redacted unless you say --no-redact.

\b
Examples:
  iamviz draw Deploy --account account.json
  iamviz draw Deploy --hops 2 --account account.json --to deploy.html
  iamviz draw --account staging_bucket --to map.svg
"""


def draw(
    who: Annotated[
        str, typer.Argument(metavar="[WHO]", help="A user or role: name, label or ARN.", autocompletion=some_people)
    ] = "",
    account: Accounts = None,
    hops: Annotated[int, typer.Option("--hops", min=1, max=8, help="How many steps around WHO.")] = 1,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="The file that is written.")] = None,
    redact: Redact = None,
    as_json: AsJson = False,
) -> None:
    """Draw who may become whom: a whole account, or what is around one user or role."""
    from iamviz.accounts.asker import principal_arn
    from iamviz.pictures.map_paint import edge_text
    from iamviz.pictures.page import page_html
    from iamviz.pictures.world_map import world_map, world_map_picture

    if to is not None and to.suffix.lower() not in (".html", ".svg", ".png"):
        fail(f"{to}: the name of the file must end in .html, .svg or .png")
    loaded = load(account, redact, to)
    try:
        center = loaded.of(principal_arn(loaded.plain, who)) if who else ""
        picture = world_map_picture(loaded.world, center, hops)
    except ValueError as error:
        fail(str(error))
    if as_json:
        drawn = world_map(loaded.world, center, hops)
        nodes = [{"id": n.key, "kind": n.kind, "name": n.name, "account": n.account or ""} for n in drawn.nodes]
        lines = [{"from": e.source, "to": e.target, "kind": e.kind, "says": edge_text(drawn, e)} for e in drawn.edges]
        say_json({"nodes": nodes, "lines": lines})
    if to is None:
        if not as_json:
            say(picture.text)
        return
    if to.suffix.lower() != ".html":
        try:
            picture.save(to)
        except (ValueError, OSError) as error:
            fail(str(error))
        typer.echo(str(to), err=as_json)
        return
    title = f"Around {loaded.world.name_of(center)}" if center else "Who may become whom"
    write(to, page_html(title, lede(loaded), [("", [picture])]))
