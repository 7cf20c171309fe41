"""The request context that a caller carries, each key with its origin: docs/rules/policy_evaluation.md 4.7."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from iamviz.engine.request import Caller, CallerKind, Request
from iamviz.world.organization import organization_path
from iamviz.world.sessions import Session, SessionKind

if TYPE_CHECKING:
    from iamviz.world.world import World

__all__ = ["Context", "ContextValue", "iso", "principal_context", "request_context", "source_context"]

Add = Callable[[str, str | tuple[str, ...], str], None]
_TYPES = {
    CallerKind.USER: "User",
    CallerKind.ROLE_SESSION: "AssumedRole",
    CallerKind.FEDERATED_USER: "FederatedUser",
    CallerKind.ROOT: "Account",
    CallerKind.ANONYMOUS: "Anonymous",
}


@dataclass(frozen=True, slots=True)
class ContextValue:
    """One key of the request context: its values, and where they come from, in words."""

    key: str
    values: tuple[str, ...]
    origin: str


class Context(tuple[ContextValue, ...]):
    """The request context as a table: key, values, origin.

    Jupyter shows it as one, ``print`` as text, and ``pandas.DataFrame(context.rows)`` takes it over.
    """

    __slots__ = ()

    @classmethod
    def of(cls, request: Request) -> "Context":
        """The context in which a request was decided, with what the call itself brought: `Decision.request`."""
        return cls(
            ContextValue(key, (value,) if isinstance(value, str) else tuple(value), request.origin_of(key.lower()))
            for key, value in request.context.items()
        )

    @property
    def rows(self) -> list[dict[str, str]]:
        """One row a key: key, value (several joined by a comma), origin."""
        return [{"key": item.key, "value": ", ".join(item.values), "origin": item.origin} for item in self]

    def get(self, key: str) -> tuple[str, ...] | None:
        """The values of a key, whatever its letter case; None when it is absent."""
        return next((item.values for item in self if item.key.lower() == key.lower()), None)

    def __str__(self) -> str:
        widths = [max((len(row[name]) for row in self.rows), default=0) for name in ("key", "value")]
        lines = (f"{row['key']:<{widths[0]}}  {row['value']:<{widths[1]}}  {row['origin']}" for row in self.rows)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The table as notebooks show it; everything in it is escaped, values come from files."""

        def cell(tag: str, html: str, more: str = "") -> str:
            return f'<{tag} style="text-align:left;font-weight:400{more}">{html}</{tag.partition(" ")[0]}>'

        heads = ("condition key", "value", "where it comes from")
        head = "".join(cell('th scope="col"', name) for name in heads)
        body = "".join(
            "<tr>"
            + cell('th scope="row"', "<code>" + escape(row["key"]) + "</code>")
            + cell("td", "<code>" + escape(row["value"]) + "</code>")
            + cell("td", escape(row["origin"]), ";min-width:10em")  # words beside code: a narrow page scrolls sideways
            + "</tr>"
            for row in self.rows
        )
        return f'<table class="dataframe"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


def iso(moment: datetime) -> str:
    """An instant as AWS writes it: ``2026-03-02T09:00:00Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def principal_context(world: "World", caller: Caller, session: Session | None) -> list[ContextValue]:
    """The keys that say who asks: from the principal, its tags, and the session's credentials."""
    found: list[ContextValue] = []

    def add(key: str, value: str | tuple[str, ...], origin: str) -> None:
        found.append(ContextValue(key, (value,) if isinstance(value, str) else value, origin))

    kind = CallerKind(caller.kind)
    if kind is CallerKind.SERVICE:
        add("aws:PrincipalIsAWSService", "true", "the caller is an AWS service")
        add("aws:PrincipalServiceName", caller.service, "the caller is an AWS service")
        add("aws:PrincipalServiceNamesList", (caller.service,), "the caller is an AWS service")
        return found
    if kind is CallerKind.FEDERATED:
        return found
    add("aws:PrincipalType", _TYPES[kind], "the kind of caller")
    if kind is CallerKind.ANONYMOUS:
        add("aws:PrincipalAccount", "anonymous", "the request is not signed")
        add("aws:userid", "anonymous", "the request is not signed")
        return found
    arn, origin = caller.arn, "the caller's credentials"
    if kind is CallerKind.ROLE_SESSION:
        arn, origin = caller.role_arn, "the role behind the session"
    add("aws:PrincipalArn", arn, origin)
    add("aws:userid", caller.unique_id or caller.account, "the caller's credentials")
    add("aws:PrincipalAccount", caller.account, "the caller's credentials")
    add("aws:PrincipalIsAWSService", "false", "the caller is not an AWS service")
    organization, path = world.account(caller.account).organization, organization_path(world, caller.account)
    if organization:
        add("aws:PrincipalOrgID", organization, "the organization of the caller's account")
    if path:
        add("aws:PrincipalOrgPaths", path, "the place of the caller's account in the organization")
    if kind is CallerKind.USER:
        add("aws:username", arn.rpartition("/")[2], "the caller is an IAM user")
    for key, value, source in _tags(world, caller, session):
        add(f"aws:PrincipalTag/{key}", value, source)
    if session is not None:
        _session_keys(world, session, add)
    return found


def _session_keys(world: "World", session: Session, add: Add) -> None:
    credentials = "the temporary credentials"
    federated = session.kind in (SessionKind.WEB_IDENTITY, SessionKind.SAML)
    present = world.federated_session_mfa if federated else session.mfa
    add("aws:TokenIssueTime", iso(session.issued), credentials)
    if present is not None:
        add("aws:MultiFactorAuthPresent", "true" if present else "false", credentials)
    if session.mfa:
        age = int((world.now - session.issued).total_seconds())
        add("aws:MultiFactorAuthAge", str(age), "the MFA code given when the session began")
    if session.source_identity:
        add("aws:SourceIdentity", session.source_identity, "the source identity set when the session began")
    if session.kind is SessionKind.ASSUME_ROOT:
        add("aws:AssumedRoot", "true", credentials)
    if session.kind is SessionKind.WEB_IDENTITY:
        add("aws:FederatedProvider", session.caller, credentials)
    for key, value in sorted(session.context.items()):
        add(key, value, credentials)


def _tags(world: "World", caller: Caller, session: Session | None) -> list[tuple[str, str, str]]:
    """Tags of the user or role, overlaid by session tags; keys compare without case."""
    owner = world.roles.get(caller.role_arn) or world.users.get(caller.arn) or world.users.get(caller.user_arn)
    tags = {key.lower(): (key, value, "a tag of the identity") for key, value in (owner.tags if owner else {}).items()}
    for key, value in (session.tags if session else {}).items():
        tags[key.lower()] = (key, value, "a session tag")
    return sorted(tags.values())


def source_context(world: "World", account: str) -> list[ContextValue]:
    """Where the account stands for which a service acts: keys beside ``aws:SourceAccount`` (4.5)."""
    organization, path = world.account(account).organization, organization_path(world, account)
    keys = [ContextValue("aws:SourceOrgID", (organization,), "the organization of the source account")]
    keys += [ContextValue("aws:SourceOrgPaths", (path,), "the place of the source account")] if path else []
    return keys if organization else []


def request_context(world: "World", resource_account: str, region: str = "us-east-1") -> list[ContextValue]:
    """The keys of every request: the clock, the transport, the owner of the resource."""
    keys = [
        ContextValue("aws:CurrentTime", (iso(world.now),), "the clock"),
        ContextValue("aws:EpochTime", (str(int(world.now.timestamp())),), "the clock"),
        ContextValue("aws:SecureTransport", ("true",), "the request"),
        ContextValue("aws:ViaAWSService", ("false",), "the request"),
        ContextValue("aws:RequestedRegion", (region,), "the request"),
    ]
    if resource_account:
        keys.append(ContextValue("aws:ResourceAccount", (resource_account,), "the owner of the resource"))
        organization, path = world.account(resource_account).organization, organization_path(world, resource_account)
        if organization:
            keys.append(ContextValue("aws:ResourceOrgID", (organization,), "the owner's organization"))
        if path:
            keys.append(ContextValue("aws:ResourceOrgPaths", (path,), "the owner's place in the organization"))
    return keys
