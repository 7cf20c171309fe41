"""A call and its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from iamviz.engine.decision import Decision
from iamviz.engine.wording import client_view
from iamviz.world.world import World

__all__ = ["AwsError", "Call", "CallError", "Check", "Refusal", "Result"]


class CallError(ValueError):
    """A misuse of the library: an actor, an operation or a parameter that does not exist here."""


@dataclass(frozen=True)
class Call:
    """Somebody does something.

    ``actor`` is ``user:ACCOUNT/name`` (long-term key), ``session:PROFILE`` (credentials kept by an earlier call under
    that name), ``root:ACCOUNT``, ``service:PRINCIPAL``, ``admin:ACCOUNT`` (a change out of band, validated but never
    evaluated), or a label of the world ("Ana"). ``operation`` is ``service:Operation``, ``params`` are AWS's own.
    ``at`` is the instant of the call (None: now), ``save`` the profile under which new credentials are kept;
    ``context`` adds condition keys to the request.
    """

    actor: str
    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    save: str | None = None
    context: Mapping[str, str | list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        service, colon, name = self.operation.partition(":")
        if not (service and colon and name):
            raise CallError(f"{self.operation!r} is not an operation; expected service:Operation, such as s3:GetObject")

    @property
    def service(self) -> str:
        """The service: ``sts``."""
        return self.operation.partition(":")[0]

    @property
    def name(self) -> str:
        """The operation without its service: ``AssumeRole``."""
        return self.operation.partition(":")[2]


@dataclass(frozen=True, slots=True)
class AwsError:
    """A refusal by AWS. ``code`` is canonical (``AccessDenied`` whatever the service), ``status`` the HTTP status."""

    code: str
    message: str
    status: int = 403

    def client_view(self, operation: str) -> str:
        """What a client prints, with the service's own spelling of the code."""
        return client_view(operation, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at before or beside the policies: expiry, the kind of caller, limits."""

    name: str
    passed: bool
    sentence: str


@dataclass(frozen=True)
class Result:
    """The next world, and the value (as the AWS CLI prints it) or the error, with every decision on the way."""

    world: World
    value: Mapping[str, Any] | None = None
    error: AwsError | None = None
    decisions: tuple[Decision, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether AWS did what was asked."""
        return self.error is None

    @property
    def decision(self) -> Decision | None:
        """The decision that settled it: the one that denied, else the first; None when no policy was asked."""
        return next((d for d in self.decisions if not d.allowed), self.decisions[0] if self.decisions else None)

    @property
    def failed_check(self) -> Check | None:
        """What was looked at before any policy and refused the call; None where nothing did."""
        return next((check for check in self.checks if not check.passed), None)

    @property
    def outcome(self) -> str:
        """``allowed``, ``implicitDeny`` or ``explicitDeny`` where policies decided, the error code where something else
        did, ``none`` where AWS simply answered.
        """
        decision = self.decision
        if self.error is None:
            return "none" if decision is None else "allowed"
        denial = self.error.code in ("AccessDenied", "AccessDeniedException")
        return decision.outcome.value if denial and decision and not decision.allowed else self.error.code


class Refusal(Exception):  # noqa: N818 - the word for it: AWS refuses, nothing went wrong
    """Carries AWS's error out of a call; `perform` turns it into a `Result`, the world unchanged."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 403,
        decisions: tuple[Decision, ...] = (),
        checks: tuple[Check, ...] = (),
    ) -> None:
        super().__init__(message)
        self.error = AwsError(code, message, status)
        self.decisions = decisions
        self.checks = checks
