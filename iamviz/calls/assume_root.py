"""AssumeRoot: the root user of a member account, for one task (docs/rules/roles_and_sessions.md 4.7).

That centralized root access is enabled is taken for granted; the exact contents of the task policies are unconfirmed.
"""

from iamviz.arn import Arn
from iamviz.calls.actors import Actor
from iamviz.calls.authorize import authorize
from iamviz.calls.issue import credentials_of, issue
from iamviz.calls.model import Call, CallError, Check, Refusal, Result
from iamviz.calls.validation import TOKEN_SIZE, Field, check_params
from iamviz.engine.request import Caller, CallerKind
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.context import ContextValue
from iamviz.world.sessions import SessionKind
from iamviz.world.world import World

__all__ = ["TASK_POLICIES", "assume_root"]

MOST_SECONDS = 900
IAM = "iam.amazonaws.com"
PARAMS = {
    "TargetPrincipal": Field(str, 12, 2048, required=True),
    "TaskPolicyArn": Field(dict, required=True),
    "DurationSeconds": Field(int, 0, MOST_SECONDS),
    "MinimumSessionTokenSize": TOKEN_SIZE,
}
_CREDENTIALS = "iam:GetLoginProfile iam:ListAccessKeys iam:ListMFADevices iam:ListSigningCertificates iam:GetUser"
TASK_POLICIES: dict[str, tuple[str, ...]] = {
    "IAMAuditRootUserCredentials": tuple(f"{_CREDENTIALS} iam:GetAccessKeyLastUsed iam:GetAccountSummary".split()),
    "IAMCreateRootUserPassword": ("iam:CreateLoginProfile", "iam:GetLoginProfile"),
    "IAMDeleteRootUserCredentials": tuple(
        f"{_CREDENTIALS} iam:DeleteAccessKey iam:DeleteLoginProfile iam:DeactivateMFADevice".split()
    ),
    "S3UnlockBucketPolicy": (
        *("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
        "s3:ListAllMyBuckets",
    ),
    "SQSUnlockQueuePolicy": ("sqs:GetQueueAttributes", "sqs:SetQueueAttributes", "sqs:ListQueues"),
}


def task_policy(world: World, arn: str) -> Policy:
    """A root task policy, by its whole ARN, as a session policy; Refusal when there is none."""
    name = arn.removeprefix(f"arn:{world.partition}:iam::aws:policy/root-task/")
    if name == arn or name not in TASK_POLICIES:
        known = ", ".join(sorted(TASK_POLICIES))
        raise Refusal("ValidationError", f"TaskPolicyArn is not a root task policy; there are {known}", 400)
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": [*TASK_POLICIES[name]], "Resource": "*"},
    }
    return Policy.parse(document, PolicyKind.SESSION, name=name, arn=arn)


def assume_root(world: World, actor: Actor, call: Call) -> Result:
    """AssumeRoot: for principals of the management account or of a delegated administrator of IAM, never for a root
    user; 15 minutes at most. A DurationSeconds of 0 gives credentials that are over at once (unconfirmed).
    """
    check_params(call.operation, call.params, PARAMS)
    caller = actor.caller
    if caller is None:
        raise CallError(
            "an administrator's change cannot assume root; name a user or session of the management account"
        )
    target = _account(call.params["TargetPrincipal"])
    policy = task_policy(world, str(call.params["TaskPolicyArn"].get("arn", "")))
    _check_member(world, caller, target)
    arn = _root(world, target)
    keys = [ContextValue("sts:TaskPolicyArn", (policy.arn,), "the AssumeRoot call")]
    # The target's root has no resource policy of its own: the caller's side alone decides, as inside one account.
    decisions = authorize(world, actor, call, call.operation, arn, extra=keys, owner=caller.account)
    session = issue(
        *(world, SessionKind.ASSUME_ROOT, arn, arn, target, "root"),
        call.params.get("DurationSeconds", MOST_SECONDS),
        caller.arn,
        policies=(policy,),
        source_identity=actor.session.source_identity if actor.session else "",
        token_size=call.params.get("MinimumSessionTokenSize", 0),
    )
    named = {"SourceIdentity": session.source_identity} if session.source_identity else {}
    value = {"Credentials": credentials_of(session), **named}
    return Result(world.with_session(session, call.save), value, None, decisions)


def _check_member(world: World, caller: Caller, target: str) -> None:
    """Refusal unless the caller's account looks after the root users of members, and the target is a member."""
    home, member = world.account(caller.account), world.account(target)
    if caller.kind is CallerKind.ROOT or not (home.management or IAM in home.delegated_for):
        sentence = "AssumeRoot is for users and roles of the management account, or of a delegated administrator of IAM"
    elif member.management or (home.organization and member.organization != home.organization):
        sentence = f"{target} is no member account of the caller's organization"
    else:
        return
    text = f"User: {caller.arn} is not authorized to perform: sts:AssumeRoot on resource: {_root(world, target)}"
    raise Refusal("AccessDenied", text, 403, checks=(Check("caller", False, sentence),))


def _root(world: World, account: str) -> str:
    return f"arn:{world.partition}:iam::{account}:root"


def _account(target: str) -> str:
    """The member account: its number, or that of an ARN in it."""
    if target.isdecimal() and len(target) == 12:
        return target
    if not Arn.is_arn(target) or not Arn.parse(target).account:
        raise Refusal("ValidationError", f"{target} is invalid", 400)
    return Arn.parse(target).account
