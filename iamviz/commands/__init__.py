"""The commands about accounts, and those that make pages. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import typer

from iamviz.commands.ask import CAN_HELP, REACH_HELP, WHO_CAN_HELP, can, reach, who_can
from iamviz.commands.compare import HELP as COMPARE_HELP
from iamviz.commands.compare import compare
from iamviz.commands.draw import HELP as DRAW_HELP
from iamviz.commands.draw import draw
from iamviz.commands.findings import HELP as FINDINGS_HELP
from iamviz.commands.findings import findings
from iamviz.commands.pages import CHEAT_SHEET_HELP, EXPORT_HELP, STUDENT_HELP, cheat_sheet, export, student
from iamviz.commands.report import HELP as REPORT_HELP
from iamviz.commands.report import report
from iamviz.commands.trail import HELP as TRAIL_HELP
from iamviz.commands.trail import trail
from iamviz.commands.why import HELP as WHY_HELP
from iamviz.commands.why import why

__all__ = ["add_commands", "flowing"]

_COMMANDS = (
    ("can", "Say what somebody can do.", CAN_HELP, can),
    ("who-can", "Say who can do something.", WHO_CAN_HELP, who_can),
    ("reach", "Say which roles somebody can become.", REACH_HELP, reach),
    ("compare", "Say what changed between two dumps.", COMPARE_HELP, compare),
    ("findings", "Say what is worth knowing.", FINDINGS_HELP, findings),
    ("why", "Explain an error of AWS.", WHY_HELP, why),
    ("trail", "Read CloudTrail: who became which role.", TRAIL_HELP, trail),
    ("draw", "Draw who may become whom.", DRAW_HELP, draw),
    ("report", "Write a report of an account as one page.", REPORT_HELP, report),
)
_PAGES = (
    ("export", "Write notebooks as HTML pages.", EXPORT_HELP, export),
    ("student", "Copy notebooks without solutions.", STUDENT_HELP, student),
    ("cheat-sheet", "Write the four pictures on one sheet.", CHEAT_SHEET_HELP, cheat_sheet),
)
_PANELS = (("Pages and classes", _PAGES), ("Your own account", _COMMANDS))


def add_commands(app: typer.Typer) -> None:
    """Add all of them to the command line."""
    for panel, commands in _PANELS:
        for name, short, text, function in commands:
            app.command(name, help=flowing(text), short_help=short, rich_help_panel=panel)(function)


def flowing(text: str) -> str:
    """A help text with each paragraph on one line, to be broken where the terminal ends; examples stay as they are."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(part if part.startswith("\b") else " ".join(part.split()) for part in paragraphs)
