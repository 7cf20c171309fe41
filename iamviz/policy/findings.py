"""What is wrong with a policy document, said like a compiler says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "PolicyError", "Severity", "Source"]


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Source(StrEnum):
    """Who reports it: AWS refuses to save it, Access Analyzer reports an error, or our own review does."""

    PARSER = "parser"
    ANALYZER = "analyzer"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a document.

    ``path`` is the JSON path (``$.Statement[0].Effect``), ``line`` and ``column`` count from 1 and are 0 where the
    document has no such place; ``suggestion`` says what would be right.
    """

    code: str
    severity: Severity
    source: Source
    message: str
    suggestion: str = ""
    path: str = "$"
    line: int = 0
    column: int = 0

    @property
    def is_parser_error(self) -> bool:
        """Whether AWS refuses to save the document because of it."""
        return self.severity is Severity.ERROR and self.source is Source.PARSER

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{place}{self.message}{hint}"


class PolicyError(ValueError):
    """A text that cannot be read as a policy; ``findings`` say where and why, ``name`` which policy it was."""

    def __init__(self, findings: Iterable[Finding], name: str = "") -> None:
        self.findings = tuple(findings)
        self.name = name
        where = f"policy {name!r}: " if name else ""
        super().__init__(where + "; ".join(str(finding) for finding in self.findings))
