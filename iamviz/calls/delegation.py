"""Delegated administrators: a member account that looks after one service for the whole organization.

docs/rules/roles_and_sessions.md 4.1 and 4.7: that of IAM may call AssumeRoot. For SCPs and RCPs it stays an ordinary
member (docs/rules/policy_evaluation.md 5.2). The sentences of these errors are unconfirmed.
"""

from dataclasses import replace

from iamviz.calls.actors import Actor
from iamviz.calls.iam_common import Operation
from iamviz.calls.model import Call, Refusal, Result
from iamviz.calls.organizations import allow_in, managed_organization, unit_arn
from iamviz.calls.validation import Field, check_params
from iamviz.world.world import World

__all__ = ["DELEGATION_OPERATIONS"]

SERVICE = Field(str, 1, 128, r"[\w+=,.@-]*", required=True)
PARAMS = {"AccountId": Field(str, most=12, pattern=r"\d{12}", required=True), "ServicePrincipal": SERVICE}


def _change(adds: bool) -> Operation:
    """RegisterDelegatedAdministrator and DeregisterDelegatedAdministrator."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, PARAMS)
        organization = managed_organization(world, actor, call)
        number, service = call.params["AccountId"], call.params["ServicePrincipal"]
        decisions = allow_in(world, actor, call, [unit_arn(world, actor, organization, number)])
        account = world.accounts.get(number)
        if account is None or account.organization != organization:
            raise Refusal("AccountNotFoundException", f"We can't find an account with the id {number}.", 400, decisions)
        if account.management:
            text = "The management account cannot be a delegated administrator."
            raise Refusal("ConstraintViolationException", text, 400, decisions)
        if adds == (service in account.delegated_for):
            code = "AccountAlreadyRegisteredException" if adds else "AccountNotRegisteredException"
            text = f"{number} is {'already' if adds else 'not'} a delegated administrator for {service}."
            raise Refusal(code, text, 400, decisions)
        kept = {*account.delegated_for, service} if adds else {*account.delegated_for} - {service}
        changed = world.with_account(replace(account, delegated_for=tuple(sorted(kept))))
        return Result(changed, {}, None, decisions)

    return operation


DELEGATION_OPERATIONS: dict[str, Operation] = {
    "DeregisterDelegatedAdministrator": _change(adds=False),
    "RegisterDelegatedAdministrator": _change(adds=True),
}
