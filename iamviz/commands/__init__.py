"""The commands about accounts. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import typer

from iamviz.commands.draw import HELP as DRAW_HELP
from iamviz.commands.draw import draw
from iamviz.commands.trail import HELP as TRAIL_HELP
from iamviz.commands.trail import trail
from iamviz.commands.why import HELP as WHY_HELP
from iamviz.commands.why import why

__all__ = ["add_commands"]

_COMMANDS = (
    ("why", "Explain an error of AWS.", WHY_HELP, why),
    ("trail", "Read CloudTrail: who became which role.", TRAIL_HELP, trail),
    ("draw", "Draw who may become whom.", DRAW_HELP, draw),
)
_PANEL = "Your own account"


def add_commands(app: typer.Typer) -> None:
    """Add all of them to the command line."""
    for name, short, text, function in _COMMANDS:
        app.command(name, help=flowing(text), short_help=short, rich_help_panel=_PANEL)(function)


def flowing(text: str) -> str:
    """A help text with each paragraph on one line, to be broken where the terminal ends; examples stay as they are."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(part if part.startswith("\b") else " ".join(part.split()) for part in paragraphs)
