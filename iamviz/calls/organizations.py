"""Changes to an organization as calls: policies attached and detached, accounts moved, OUs made.

docs/rules/roles_and_sessions.md 1.6, docs/rules/policy_evaluation.md 1.7 and 5.3. Only the management account may make
them (delegated administrators: `iamviz.calls.delegation`). The sentences of these errors are unconfirmed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from iamviz.calls.actors import Actor
from iamviz.calls.authorize import authorize
from iamviz.calls.iam_common import Operation
from iamviz.calls.model import Call, CallError, Check, Refusal, Result
from iamviz.calls.validation import Field, check_params
from iamviz.engine.decision import Decision
from iamviz.policy.check import check_policy
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.entities import Account
from iamviz.world.ids import organization_id
from iamviz.world.organization import FULL_ACCESS, OrganizationPolicy, OrganizationUnit
from iamviz.world.world import World

__all__ = ["ORGANIZATION_OPERATIONS", "allow_in", "managed_organization", "unit_arn"]

MOST_ATTACHED = 5
MOST_CHARACTERS = 5120
DEEPEST = 5
TYPES = {"SERVICE_CONTROL_POLICY": PolicyKind.SCP, "RESOURCE_CONTROL_POLICY": PolicyKind.RCP}
POLICY_ID = Field(str, most=130, pattern=r"p-[0-9a-zA-Z_]{8,128}", required=True)
UNIT_ID = Field(str, most=100, pattern=r"(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})", required=True)
TARGET_ID = Field(str, most=100, pattern=rf"{UNIT_ID.pattern}|(\d{{12}})", required=True)
Node = Account | OrganizationUnit


def managed_organization(world: World, actor: Actor, call: Call) -> str:
    """The id of the organization that the caller manages; Refusal for anybody outside its management account."""
    account = world.account(actor.account)
    if account.management and account.organization:
        return account.organization
    if actor.caller is None:
        raise CallError(f"{actor.account} is no management account here: its administrator cannot {call.name}")
    check = Check("caller", False, "only the organization's management account may change it")
    text = "You don't have permissions to access this resource."
    raise Refusal("AccessDeniedException", text, 400, checks=(check,))


def allow_in(world: World, actor: Actor, call: Call, arns: Iterable[str]) -> tuple[Decision, ...]:
    """The decisions on every resource that a call names; an administrator's change is not evaluated."""
    if actor.caller is None:
        return ()
    return tuple(decision for arn in arns for decision in authorize(world, actor, call, call.operation, arn))


def unit_arn(world: World, actor: Actor, organization: str, node: str) -> str:
    """The ARN of a root, an OU or an account of an organization."""
    kind = "account" if node.isdecimal() else "root" if node.startswith("r-") else "ou"
    return f"arn:{world.partition}:organizations::{actor.account}:{kind}/{organization}/{node}"


def _policy_arn(world: World, actor: Actor, organization: str, policy: OrganizationPolicy) -> str:
    if policy.policy.arn:
        return policy.policy.arn
    kind = "service" if policy.policy.kind is PolicyKind.SCP else "resource"
    start = f"arn:{world.partition}:organizations::{actor.account}:policy/{organization}"
    return f"{start}/{kind}_control_policy/{policy.id}"


def _policy(world: World, key: str) -> OrganizationPolicy:
    policy = world.organization_policies.get(key)
    if policy is None:
        raise Refusal("PolicyNotFoundException", f"We can't find a policy with the PolicyId {key}.", 400)
    return policy


def _unit(world: World, organization: str, key: str, code: str) -> OrganizationUnit:
    unit = world.units.get(key)
    if unit is None or unit.organization != organization:
        raise Refusal(code, f"We can't find a root or OU with the id {key}.", 400)
    return unit


def _target(world: World, organization: str, key: str) -> Node:
    if not key.isdecimal():
        return _unit(world, organization, key, "TargetNotFoundException")
    account = world.accounts.get(key)
    if account is None or account.organization != organization or not account.unit:
        raise Refusal("TargetNotFoundException", f"We can't find an account with the id {key}.", 400)
    return account


def _with(world: World, node: Node) -> World:
    if isinstance(node, Account):
        return world.with_account(node)
    return replace(world, units=world.units.set(node.id, node))


def _attachment(adds: bool) -> Operation:
    """AttachPolicy and DetachPolicy: SCPs and RCPs on the root, an OU or an account, by their ids."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, {"PolicyId": POLICY_ID, "TargetId": TARGET_ID})
        organization = managed_organization(world, actor, call)
        key, target = call.params["PolicyId"], call.params["TargetId"]
        policy, node = _policy(world, key), _target(world, organization, target)
        arns = _policy_arn(world, actor, organization, policy), unit_arn(world, actor, organization, target)
        decisions = allow_in(world, actor, call, arns)
        if adds == (key in node.policies):
            code = "DuplicatePolicyAttachmentException" if adds else "PolicyNotAttachedException"
            text = f"The policy {policy.name} is {'already' if adds else 'not'} attached to {target}."
            raise Refusal(code, text, 400, decisions)
        kept = tuple(other for other in node.policies if other != key) + ((key,) if adds else ())
        _check_number(world, policy.policy.kind, kept, decisions)
        return Result(_with(world, replace(node, policies=kept)), {}, None, decisions)

    return operation


def _check_number(world: World, kind: PolicyKind, kept: tuple[str, ...], decisions: tuple[Decision, ...]) -> None:
    """One SCP at least, five at most; of RCPs RCPFullAWSAccess always stays, and counts."""
    number = sum(world.organization_policies[key].policy.kind is kind for key in kept)
    if kind is PolicyKind.SCP and number == 0:
        text = "You must have at least one policy of this type attached: attach another SCP first."
        raise Refusal("ConstraintViolationException", text, 400, decisions)
    if number + (kind is PolicyKind.RCP) > MOST_ATTACHED:
        text = f"You cannot attach more than {MOST_ATTACHED} policies of this type to a root, OU or account."
        raise Refusal("ConstraintViolationException", text, 400, decisions)


def create_policy(world: World, actor: Actor, call: Call) -> Result:
    """CreatePolicy: an SCP or RCP, attached nowhere yet."""
    fields = {
        "Content": Field(str, 1, required=True),
        "Description": Field(str, most=512),
        "Name": Field(str, 1, 128, required=True),
        "Type": Field(str, pattern="|".join(TYPES), required=True),
        "Tags": Field(list),
    }
    check_params(call.operation, call.params, fields)
    organization = managed_organization(world, actor, call)
    name, kind = call.params["Name"], TYPES[call.params["Type"]]
    decisions = allow_in(world, actor, call, ["*"])
    if any(policy.name == name and policy.policy.kind is kind for policy in world.organization_policies.values()):
        raise Refusal("DuplicatePolicyException", f"A policy called {name} already exists.", 400, decisions)
    content = _content(call.params["Content"], kind, name, decisions)
    made = OrganizationPolicy(f"p-{organization_id(organization, kind, name, world.serial, length=10)}", content)
    value = {"Policy": {"PolicySummary": _summary(world, actor, organization, made), "Content": content.source}}
    changed = replace(_with_policy(world, made), serial=world.serial + 1)
    return Result(changed, value, None, decisions)


def _content(text: str, kind: PolicyKind, name: str, decisions: tuple[Decision, ...]) -> Policy:
    """The document as Organizations reads it on saving."""
    wrong = [finding for finding in check_policy(text, kind) if finding.is_parser_error]
    if wrong:
        text = f"The provided policy document does not meet the requirements: {wrong[0].message}"
        raise Refusal("MalformedPolicyDocumentException", text, 400, decisions)
    if len(text) > MOST_CHARACTERS:
        text = f"The policy has {len(text)} characters; {MOST_CHARACTERS} are allowed."
        raise Refusal("ConstraintViolationException", text, 400, decisions)
    return Policy.parse(text, kind, name=name)


def _summary(world: World, actor: Actor, organization: str, policy: OrganizationPolicy) -> dict[str, Any]:
    return {
        "Id": policy.id,
        "Arn": _policy_arn(world, actor, organization, policy),
        "Name": policy.name,
        "Type": next(type_ for type_, kind in TYPES.items() if kind is policy.policy.kind),
        "AwsManaged": policy.id == FULL_ACCESS,
    }


def _with_policy(world: World, policy: OrganizationPolicy) -> World:
    return replace(world, organization_policies=world.organization_policies.set(policy.id, policy))


def update_policy(world: World, actor: Actor, call: Call) -> Result:
    """UpdatePolicy: another content, in force at once wherever the policy is attached."""
    fields = {"PolicyId": POLICY_ID, "Content": Field(str, 1, required=True), "Description": Field(str, most=512)}
    check_params(call.operation, call.params, fields)
    organization = managed_organization(world, actor, call)
    policy = _policy(world, call.params["PolicyId"])
    decisions = allow_in(world, actor, call, [_policy_arn(world, actor, organization, policy)])
    if policy.id == FULL_ACCESS:
        raise Refusal("InvalidInputException", "AWS's own policies cannot be changed.", 400, decisions)
    changed = replace(policy, policy=_content(call.params["Content"], policy.policy.kind, policy.name, decisions))
    summary = _summary(world, actor, organization, changed)
    value = {"Policy": {"PolicySummary": summary, "Content": changed.policy.source}}
    return Result(_with_policy(world, changed), value, None, decisions)


def delete_policy(world: World, actor: Actor, call: Call) -> Result:
    """DeletePolicy: only one that is attached nowhere."""
    check_params(call.operation, call.params, {"PolicyId": POLICY_ID})
    organization = managed_organization(world, actor, call)
    policy = _policy(world, call.params["PolicyId"])
    decisions = allow_in(world, actor, call, [_policy_arn(world, actor, organization, policy)])
    nodes: Iterator[Node] = iter((*world.units.values(), *world.accounts.values()))
    if policy.id == FULL_ACCESS or any(policy.id in node.policies for node in nodes):
        raise Refusal("PolicyInUseException", f"The policy {policy.name} is attached: detach it first.", 400, decisions)
    kept = world.organization_policies.delete(policy.id)
    return Result(replace(world, organization_policies=kept), {}, None, decisions)


def create_unit(world: World, actor: Actor, call: Call) -> Result:
    """CreateOrganizationalUnit: an OU below the root or another OU, five deep at most; FullAWSAccess is attached."""
    fields = {"ParentId": UNIT_ID, "Name": Field(str, 1, 128, required=True), "Tags": Field(list)}
    check_params(call.operation, call.params, fields)
    organization = managed_organization(world, actor, call)
    name = call.params["Name"]
    parent = _unit(world, organization, call.params["ParentId"], "ParentNotFoundException")
    decisions = allow_in(world, actor, call, [unit_arn(world, actor, organization, parent.id)])
    if any(unit.parent == parent.id and unit.name == name for unit in world.units.values()):
        text = f"An OU called {name} already exists there."
        raise Refusal("DuplicateOrganizationalUnitException", text, 400, decisions)
    above = [parent]
    while above[-1].parent:
        above.append(world.units[above[-1].parent])
    if len(above) > DEEPEST:
        text = f"An organization's tree is at most {DEEPEST} OUs deep below the root."
        raise Refusal("ConstraintViolationException", text, 400, decisions)
    suffix = above[-1].id.removeprefix("r-")
    unit_id = f"ou-{suffix}-{organization_id(organization, parent.id, name, world.serial)}"
    unit = OrganizationUnit(unit_id, name, organization, parent.id)
    value = {"OrganizationalUnit": {"Id": unit.id, "Arn": unit_arn(world, actor, organization, unit.id), "Name": name}}
    return Result(replace(_with(world, unit), serial=world.serial + 1), value, None, decisions)


def move_account(world: World, actor: Actor, call: Call) -> Result:
    """MoveAccount: from now on the account is under what is attached on its new way from the root."""
    fields = {"AccountId": Field(str, pattern=r"\d{12}", required=True)}
    check_params(call.operation, call.params, fields | {"SourceParentId": UNIT_ID, "DestinationParentId": UNIT_ID})
    organization = managed_organization(world, actor, call)
    number = call.params["AccountId"]
    account = world.accounts.get(number)
    if account is None or account.organization != organization:
        raise Refusal("AccountNotFoundException", f"We can't find an account with the id {number}.", 400)
    source = _unit(world, organization, call.params["SourceParentId"], "SourceParentNotFoundException")
    target = _unit(world, organization, call.params["DestinationParentId"], "DestinationParentNotFoundException")
    arns = [unit_arn(world, actor, organization, node) for node in (number, source.id, target.id)]
    decisions = allow_in(world, actor, call, arns)
    if account.unit == target.id:
        raise Refusal("DuplicateAccountException", f"{number} is already in {target.name}.", 400, decisions)
    if account.unit != source.id:
        raise Refusal("SourceParentNotFoundException", f"{number} is not in {source.name}.", 400, decisions)
    return Result(world.with_account(replace(account, unit=target.id)), {}, None, decisions)


ORGANIZATION_OPERATIONS: dict[str, Operation] = {
    "AttachPolicy": _attachment(adds=True),
    "CreateOrganizationalUnit": create_unit,
    "CreatePolicy": create_policy,
    "DeletePolicy": delete_policy,
    "DetachPolicy": _attachment(adds=False),
    "MoveAccount": move_account,
    "UpdatePolicy": update_policy,
}
