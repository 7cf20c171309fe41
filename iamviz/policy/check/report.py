"""Where the findings of a check are collected, each with the place of the very thing."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from iamviz.catalogue import nearest
from iamviz.policy.findings import Finding, Severity, Source
from iamviz.policy.json_source import Span

__all__ = ["Place", "Report", "child"]

_PLAIN_STEP = re.compile(r"[\w:/-]+")
_SUGGESTIONS = 200
"""How many unknown names of one document are looked for among the known ones: a hostile document may hold thousands."""


@dataclass(frozen=True, slots=True)
class Place:
    """A JSON path and where in the text it stands."""

    path: str
    span: Span


def child(path: str, step: str | int) -> str:
    """The JSON path of a member or an item.

    >>> child(child("$", "Statement"), 0)
    '$.Statement[0]'
    """
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if _PLAIN_STEP.fullmatch(step) else f"{path}[{json.dumps(step, ensure_ascii=False)}]"


class Report:
    """The findings so far. No two have the same code at the same place."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, int], Finding] = {}
        self._suggestions = _SUGGESTIONS

    @property
    def findings(self) -> list[Finding]:
        """All findings in the order of the text."""
        return sorted(self._found.values(), key=lambda finding: (finding.line, finding.column))

    def add(self, finding: Finding) -> None:
        """Take a finding in, unless the same was said of the same place."""
        self._found.setdefault((finding.code, finding.line, finding.column), finding)

    def replace(self, code: str, by: str, message: str, suggestion: str, place: Place) -> None:
        """Say something more exact at a place where ``code`` has been found."""
        old = self._found.pop((code, place.span.line, place.span.column), None)
        if old:
            self.add(
                Finding(by, old.severity, old.source, message, suggestion, old.path, place.span.line, place.span.column)
            )

    def error(
        self, code: str, place: Place, message: str, suggestion: str = "", *, source: Source = Source.PARSER
    ) -> None:
        """AWS refuses to save the document, or (``source`` analyzer) Access Analyzer calls it an error."""
        self._say(code, Severity.ERROR, source, place, message, suggestion)

    def analyzer_error(self, code: str, place: Place, message: str, suggestion: str = "") -> None:
        """Access Analyzer calls it an error; AWS may well save the document."""
        self._say(code, Severity.ERROR, Source.ANALYZER, place, message, suggestion)

    def warning(
        self, code: str, place: Place, message: str, suggestion: str = "", *, source: Source = Source.REVIEW
    ) -> None:
        """The document most likely does not do what its author means."""
        self._say(code, Severity.WARNING, source, place, message, suggestion)

    def advice(
        self, code: str, place: Place, message: str, suggestion: str = "", *, source: Source = Source.REVIEW
    ) -> None:
        """It could be better."""
        self._say(code, Severity.ADVICE, source, place, message, suggestion)

    def nearest(self, word: str, names: Iterable[str], likeness: float = 0.8) -> str | None:
        """The known name that a word was probably meant to be; None too when very many have been asked for."""
        if self._suggestions <= 0:
            return None
        self._suggestions -= 1
        return nearest(word, names, likeness)

    def _say(self, code: str, severity: Severity, source: Source, place: Place, message: str, suggestion: str) -> None:
        self.add(Finding(code, severity, source, message, suggestion, place.path, place.span.line, place.span.column))
