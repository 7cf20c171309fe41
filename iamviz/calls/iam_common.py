"""What all changes to IAM share: look-up by name, evaluation, and documents read as IAM reads them on saving."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from iamviz.arn import split_fields
from iamviz.calls.actors import Actor
from iamviz.calls.authorize import authorize
from iamviz.calls.iam_context import iam_keys
from iamviz.calls.model import Call, Refusal, Result
from iamviz.calls.validation import Field
from iamviz.engine.decision import Decision
from iamviz.policy.check import check_policy
from iamviz.policy.check.trust import SHARED_ISSUERS
from iamviz.policy.findings import PolicyError
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement
from iamviz.world.aws_managed import aws_managed
from iamviz.world.entities import ManagedPolicy
from iamviz.world.world import World

__all__ = [
    "BOUNDARY",
    "DOCUMENT",
    "NAME",
    "NAME64",
    "POLICY_ARN",
    "Operation",
    "allow",
    "attachable",
    "check_quota",
    "find",
    "known_policy",
    "malformed",
    "missing",
    "new_arn",
    "parse_document",
    "read_document",
    "refused_because",
    "trust_policy",
]

Operation = Callable[[World, Actor, Call], Result]
NAME = Field(str, 1, 128, r"[\w+=,.@-]+", required=True)
NAME64 = Field(str, 1, 64, r"[\w+=,.@-]+", required=True)
DOCUMENT = Field(str, 1, 131072, required=True)
BOUNDARY = "Scope ARN:"
"""What AWS calls a permissions boundary in the sentence that there is none."""
POLICY_ARN = Field(str, 20, 2048, required=True)
SYNTAX = "Syntax errors in policy."
REASONS = {
    "UNSUPPORTED_PRINCIPAL": "Policy document should not specify a principal.",
    "MISSING_ACTION": "Policy statement must contain actions.",
    "MISSING_RESOURCE": "Policy statement must contain resources.",
    "INVALID_ACTION_FORMAT": "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    "UNIQUE_SIDS_REQUIRED": "Statement IDs (SID) in a single policy must be unique.",
    "INVALID_ARN_PREFIX": "The policy failed legacy parsing",
}
"""IAM's sentence by the code of the finding; `SYNTAX` for all others."""
PROHIBITED = ("Resource", "NotResource", "NotPrincipal")
PROTECTED = (":role/aws-service-role/", ":role/aws-reserved/")
FREE = ("CreateRole", "DeleteServiceLinkedRole", "UpdateRole", "UpdateRoleDescription")
"""What may be done to roles of `PROTECTED` paths all the same."""
QUOTAS = {
    "user": ("UsersPerAccount", 5000),
    "group": ("GroupsPerAccount", 300),
    "role": ("RolesPerAccount", 1000),
    "instance-profile": ("InstanceProfilesPerAccount", 1000),
    "oidc-provider": ("OpenIdConnectProvidersPerAccount", 100),
    "saml-provider": ("SAMLProvidersPerAccount", 100),
}
"""The default quotas of an account by kind; all but that of users can be raised."""
TRUST_LIMIT = 2048
"""By default; it can be raised to 8,192 characters."""
ROLE_ACTIONS = re.compile(
    r"sts:(?:\*|assumerole\*?|assumerolewithsaml|assumerolewithwebidentity|tagsession|setsourceidentity|setcontext)"
)


def find(things: Mapping[str, Any], account: str, kind: str, name: str) -> Any:
    """The user, group or role of a name in an account; NoSuchEntity when there is none."""
    root = things.get(f"arn:aws:iam::{account}:{kind}/{name}")
    if root is not None:  # the usual place, found without a search
        return root
    middle, end = f":iam::{account}:{kind}/", f"/{name}"
    for arn, thing in things.items():
        if arn.endswith(end) and middle in arn:
            return thing
    raise missing(kind, name)


def new_arn(world: World, actor: Actor, kind: str, things: Iterable[str], params: Mapping[str, Any]) -> str:
    """The ARN of a thing to be made; names are unique in an account whatever their path and letter case."""
    title = "".join(word.capitalize() for word in kind.split("-"))
    name: str = params[f"{title}Name"]
    prefix = f"arn:{world.partition}:iam::{actor.account}:{kind}/"
    lower = name.lower()
    for arn in things:
        if arn.startswith(prefix) and arn.rpartition("/")[2].lower() == lower:
            taken = f"Instance Profile {name}" if kind == "instance-profile" else f"{title} with name {name}"
            raise Refusal("EntityAlreadyExists", f"{taken} already exists.", 409)
    return f"{prefix[:-1]}{params.get('Path', '/')}{name}"


def check_quota(
    world: World, actor: Actor, kind: str, things: Iterable[str], decisions: tuple[Decision, ...] = ()
) -> None:
    """LimitExceeded when an account has as many things of a kind as it may have by default (1.4)."""
    name, most = QUOTAS[kind]
    prefix = f"arn:{world.partition}:iam::{actor.account}:{kind}/"
    if sum(arn.startswith(prefix) for arn in things) >= most:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for {name}: {most}", 409, decisions)


def allow(world: World, actor: Actor, call: Call, arn: str, *, changes: bool = True) -> tuple[Decision, ...]:
    """The decision on a call, most often a change; an administrator's, out of band, is not evaluated.

    Refusal (UnmodifiableEntity) for a service-linked or Identity Center role, of which only the description is one's
    own (2.3; text unconfirmed).
    """
    decisions: tuple[Decision, ...] = ()
    if actor.caller is not None:
        decisions = authorize(world, actor, call, call.operation, arn, extra=iam_keys(world, call, arn))
    if changes and any(path in arn for path in PROTECTED) and call.name not in FREE:
        text = f"Cannot perform the operation on the protected role '{arn.rpartition('/')[2]}'"
        raise Refusal("UnmodifiableEntity", f"{text} - this role is only modifiable by AWS", 400, decisions)
    return decisions


def known_policy(world: World, account: str, arn: str) -> ManagedPolicy:
    """The managed policy of an ARN, of the account or of AWS; NoSuchEntity when there is none."""
    policy = world.managed_policies.get(arn) or aws_managed(arn)
    if policy is None or split_fields(arn)[4] not in (account, "aws"):
        raise Refusal("NoSuchEntity", f"Policy {arn} was not found.", 404)
    return policy


def attachable(
    world: World, account: str, arn: str, decisions: tuple[Decision, ...] = (), what: str = "Policy"
) -> World:
    """The world with a managed policy that the account may attach: one of its own, or one of AWS.

    NoSuchEntity when there is none. Of AWS's own policies those come into a world that are named and held.
    """
    policy = world.managed_policies.get(arn) or aws_managed(arn)
    if policy is None or split_fields(arn)[4] not in (account, "aws"):
        raise Refusal("NoSuchEntity", f"{what} {arn} does not exist or is not attachable.", 404, decisions)
    if arn in world.managed_policies:
        return world
    return replace(world, managed_policies=world.managed_policies.set(arn, policy))


def missing(what: str, name: str) -> Refusal:
    """IAM's answer for a name that it does not know."""
    return Refusal("NoSuchEntity", f"The {what} with name {name} cannot be found.", 404)


def malformed(message: str, decisions: tuple[Decision, ...] = ()) -> Refusal:
    """The answer of IAM and STS for a document that they do not take."""
    return Refusal("MalformedPolicyDocument", message, 400, decisions)


def parse_document(document: str, kind: PolicyKind, name: str, decisions: tuple[Decision, ...] = ()) -> Policy:
    """Parse a document; MalformedPolicyDocument when it is none."""
    try:
        return Policy.parse(document, kind, name=name)
    except PolicyError as error:
        bad_json = error.findings[0].code == "INVALID_JSON"
        raise malformed("This policy contains invalid Json" if bad_json else SYNTAX, decisions) from None


def read_document(document: str, kind: PolicyKind, name: str) -> Policy:
    """Read a document as IAM does on saving; MalformedPolicyDocument when it is none."""
    policy = parse_document(document, kind, name)
    if kind is PolicyKind.IDENTITY:
        reason = refused_because(document, kind)
        if reason:
            raise malformed(reason)
    return policy


def refused_because(document: str, kind: PolicyKind) -> str:
    """Why AWS's parser does not save a document, in its words; "" when it does.

    docs/rules/policy_evaluation.md 1.8; the sentences other than that for syntax are from general knowledge.
    """
    wrong = [finding for finding in check_policy(document, kind) if finding.is_parser_error]
    return next((REASONS[f.code] for f in wrong if f.code in REASONS), SYNTAX) if wrong else ""


def trust_policy(world: World, document: str, name: str) -> Policy:
    """Read a trust policy as IAM does on saving, and bind its principals to their unique ids.

    MalformedPolicyDocument for what IAM does not store: docs/rules/roles_and_sessions.md 2.1 to 2.3.
    """
    policy = read_document(document, PolicyKind.TRUST, name)
    if len("".join(document.split())) > TRUST_LIMIT:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST_LIMIT}", 409)
    for statement in policy.statements:
        for element in PROHIBITED:
            if element in statement.spans:
                raise malformed(f"Has prohibited field {element}")
        if statement.principals is None:
            raise malformed("Missing required field Principal")
        if not all(ROLE_ACTIONS.fullmatch(action.text.lower()) for action in statement.actions):
            raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")
        _check_principals(world, statement)
        _check_issuers(statement)
    return policy.bound(world.unique_ids)


def _check_principals(world: World, statement: Statement) -> None:
    """A user or role that a trust policy names must exist, as far as the world knows its account (2.2)."""
    for entry in statement.principals or ():
        if entry.type != "AWS" or entry.is_everyone:
            continue
        fields = split_fields(entry.value)
        foreign = len(fields) == 6 and fields[1] != world.partition
        if entry.account is not None and not foreign:
            continue
        known = len(fields) == 6 and fields[4] in world.accounts
        absent = known and fields[2] == "iam" and entry.value not in world.users and entry.value not in world.roles
        never = len(fields) != 6 or foreign or fields[5].startswith("group/")
        if absent or never or "*" in entry.value or "?" in entry.value:
            raise malformed(f'Invalid principal in policy: "AWS":"{entry.value}"')


def _check_issuers(statement: Statement) -> None:
    """Issuers that serve many customers need a condition that names the customer (2.3)."""
    if statement.effect is not Effect.ALLOW:
        return
    for entry in statement.principals or ():
        host = entry.value.rpartition(":oidc-provider/")[2] if entry.type == "Federated" else ""
        claims = SHARED_ISSUERS.get(host.lower(), ())
        wanted = [f"{host}{claim}" if claim.startswith(":") else claim for claim in claims]
        if wanted and not any(_names_customer(row, wanted) for row in statement.conditions):
            keys = " or ".join(wanted)
            raise malformed(
                f"Trust policy with trusted principal {entry.value} must evaluate, using StringEquals, StringLike or "
                f"StringEqualsIgnoreCase, {keys} which is not scoped to all."
            )


def _names_customer(row: Any, wanted: list[str]) -> bool:
    operators = ("StringEquals", "StringLike", "StringEqualsIgnoreCase")
    named = row.key.lower() in [key.lower() for key in wanted]
    return named and row.name in operators and bool(row.values) and all(value.strip("*") for value in row.values)
