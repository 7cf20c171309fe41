"""`iamviz check`: findings printed like a compiler's, with the source line and a caret under the place."""

from __future__ import annotations

import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from iamviz.policy.findings import Finding, Severity
from iamviz.policy.model import PolicyKind

__all__ = ["HELP", "check"]

HELP = """Check policy documents, and say what is wrong, where, and what would be right.

A finding's source tells who minds: parser (AWS refuses to save the document), analyzer (Access Analyzer reports it),
review (iamviz). FILE may be - for standard input. The exit code is 1 when there are errors, 2 when a file cannot
be read.

\b
Examples:
  iamviz check policy.json
  iamviz check trust.json --kind trust --attached-to trust
  aws iam get-role --role-name R --query Role.AssumeRolePolicyDocument | iamviz check -
  iamviz check *.json --format json
"""
_WIDTH = 100
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}


class Attachment(StrEnum):
    """Where a policy is attached; the quotas are those of `iamviz.policy.check.sizes.ATTACHMENTS`."""

    MANAGED = "managed"
    USER = "user"
    GROUP = "group"
    ROLE = "role"
    TRUST = "trust"
    SESSION = "session"
    SCP = "scp"
    RCP = "rcp"
    ENDPOINT = "endpoint"
    BUCKET = "bucket"
    KMS_KEY = "kms-key"


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="JSON policy documents; - is standard input.")],
    kind: Annotated[
        PolicyKind | None, typer.Option("--kind", help="What kind of policy; guessed from the document if left out.")
    ] = None,
    attached_to: Annotated[
        Attachment | None, typer.Option("--attached-to", help="Where it is attached: judge its size too.")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="Text for people, or one JSON list.")] = Format.TEXT,
) -> None:
    """Check policy documents, and say what is wrong, where, and what would be right."""
    from iamviz.policy.check import check_policy, guess_kind

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    rows: list[dict[str, object]] = []
    worst: set[Severity] = set()
    unreadable = False
    for file in files:
        try:
            text = _read(file)
        except (OSError, UnicodeDecodeError, ValueError) as error:
            unreadable = True
            typer.echo(f"{harmless(file)}: cannot be read: {harmless(str(error))}", err=True)
            continue
        policy_kind = kind or guess_kind(text)
        findings = check_policy(text, policy_kind, attached_to=attached_to and attached_to.value)
        worst.update(finding.severity for finding in findings)
        if output is Format.JSON:
            rows += [_row(file, policy_kind, finding) for finding in findings]
        else:
            lines = text.split("\n")
            for finding in findings:
                typer.echo("\n".join(_lines(file, lines, finding, colour)))
            typer.echo(_summary(file, policy_kind, kind is None, findings))
    if output is Format.JSON:
        typer.echo(json.dumps(rows, indent=2))
    if unreadable:
        raise typer.Exit(2)
    if Severity.ERROR in worst:
        raise typer.Exit(1)


def _read(file: str) -> str:
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    return data.decode("utf-8")


def _row(file: str, kind: PolicyKind, finding: Finding) -> dict[str, object]:
    return {
        "file": file,
        "kind": kind.value,
        "line": finding.line,
        "column": finding.column,
        "severity": finding.severity.value,
        "code": finding.code,
        "source": finding.source.value,
        "message": finding.message,
        "suggestion": finding.suggestion,
        "path": finding.path,
    }


def _lines(file: str, lines: list[str], finding: Finding, colour: bool) -> Iterator[str]:
    """The lines of one finding."""

    def paint(text: str, name: str | None = None) -> str:
        return typer.style(text, fg=name, bold=True) if colour else text

    severity = paint(f"{finding.severity.value}:", _COLOURS[finding.severity])
    tag = f"[{finding.code}, {finding.source.value}]"
    place = f"{harmless('<stdin>' if file == '-' else file)}:{finding.line}:{finding.column}:"
    yield f"{paint(place)} {severity} {harmless(finding.message)} {tag}"
    if 1 <= finding.line <= len(lines):
        shown, caret = _excerpt(lines[finding.line - 1], finding.column)
        yield f"    {shown}"
        yield f"    {' ' * caret}{paint('^', _COLOURS[finding.severity])}"
    if finding.suggestion:
        yield f"    {harmless(finding.suggestion)}"


def _excerpt(line: str, column: int) -> tuple[str, int]:
    """The part of a line around a column, made harmless, and how far the caret stands in it."""
    start = 0 if column <= _WIDTH - 20 else column - _WIDTH // 2
    before, behind = line[start : column - 1], line[column - 1 : start + _WIDTH]
    head = ("…" if start else "") + harmless(before)
    tail = harmless(behind) + ("…" if start + _WIDTH < len(line) else "")
    return (head + tail).rstrip(), _columns(head)


def _columns(text: str) -> int:
    """How many columns a terminal needs for a text."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def harmless(text: str) -> str:
    r"""A text that no terminal takes as a command: control and format characters are written as escapes.

    >>> harmless("a\x1b[31mred\u202e")
    'a\\x1b[31mred\\u202e'
    """
    return "".join(
        "    " if character == "\t" else character if _is_plain(character) else _escaped(character)
        for character in text
    )


def _is_plain(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _escaped(character: str) -> str:
    return (
        character.encode("ascii", "backslashreplace").decode("ascii")
        if ord(character) > 127
        else f"\\x{ord(character):02x}"
    )


def _summary(file: str, kind: PolicyKind, guessed: bool, findings: list[Finding]) -> str:
    counts = [
        f"{number} {severity.value}{'s' if number != 1 and severity is not Severity.ADVICE else ''}"
        for severity in Severity
        if (number := sum(finding.severity is severity for finding in findings))
    ]
    how = "taken as" if guessed else "checked as"
    name = "<stdin>" if file == "-" else file
    return f"{harmless(name)}: {', '.join(counts) or 'nothing to report'} ({how} {kind.value})"
