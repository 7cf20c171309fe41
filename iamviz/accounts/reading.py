"""What all readers of account files share: problems with their places, lists that may be none, policies, instants."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from json import dumps
from typing import Any
from urllib.parse import unquote

from iamviz.arn import Arn
from iamviz.policy.findings import PolicyError
from iamviz.policy.model import Policy, PolicyKind

__all__ = ["DumpWarning", "Entry", "Notes"]

Entry = tuple[str, Mapping[str, Any]]
"""An object of a file, and its place."""


class DumpWarning(UserWarning):
    """Something of an account could not be read, or is missing."""


class Notes:
    """Reads parts of documents whose shape is not to be trusted; what cannot be read becomes a problem."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._policies: dict[tuple[PolicyKind, str], Policy] = {}

    def entries(self, holder: Mapping[str, Any], name: str, place: str) -> Iterator[Entry]:
        """The objects of a list that may be missing, or be one object; each with its place in the file."""
        value = holder.get(name)
        items = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
        if value is not None and not isinstance(value, dict | list):
            self.problems.append(f"{place}{name}: expected a list, found {type(value).__name__}")
        for number, item in enumerate(items):
            here = f"{place}{name}[{number}]"
            if isinstance(item, dict):
                yield here, item
            else:
                self.problems.append(f"{here}: expected an object, found {type(item).__name__}")

    def arn(self, item: Mapping[str, Any], kind: str, place: str) -> str:
        """The ARN of an entity of IAM; empty, and a problem, when there is none."""
        arn = item.get("Arn")
        if isinstance(arn, str) and Arn.is_arn(arn) and Arn.parse(arn).resource.startswith(f"{kind}/"):
            return arn
        self.problems.append(f"{place}: Arn is {arn!r:.80}; expected the ARN of a {kind}")
        return ""

    def policy(self, document: Any, kind: PolicyKind, name: str, place: str, arn: str = "") -> Policy | None:
        """A document that may be an object, JSON text, or percent-encoded JSON text; None when it cannot be read.

        Documents of the same text are read once: real accounts hold the same trust policy hundreds of times.
        """
        if isinstance(document, str) and document.lstrip().startswith("%"):
            document = unquote(document)
        if not isinstance(document, str | dict):
            self.problems.append(f"{place}: expected a policy document, found {type(document).__name__}")
            return None
        try:
            key = (kind, document if isinstance(document, str) else dumps(document, ensure_ascii=False))
            found = self._policies.get(key)
            if found is None:
                found = self._policies[key] = Policy.parse(document, kind, name=name)
            return found.named(name, arn)
        except PolicyError as error:
            self.problems.append(f"{place}: {error}; the policy is left out")
        except RecursionError:
            self.problems.append(f"{place}: JSON nested too deeply; the policy is left out")
        return None

    def moment(self, value: Any, place: str) -> datetime | None:
        """An instant as AWS's tools print it (``…Z``, ``…+00:00``, a blank for the T, epoch seconds); None for none."""
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11:
            return datetime.fromtimestamp(value, UTC)
        try:
            moment = datetime.fromisoformat(str(value).strip())
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.problems.append(f"{place}: {value!r:.60} is no date; expected such as 2026-03-02T09:00:00Z")
            return None
