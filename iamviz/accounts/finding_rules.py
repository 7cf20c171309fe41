"""What findings mean, what to do about them, and when they are fine."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["RULES", "FindingRule"]


@dataclass(frozen=True)
class FindingRule:
    """A kind of finding. ``title`` in a few words; ``means``, ``fix`` and ``fine`` in a sentence or two each."""

    title: str
    means: str
    fix: str
    fine: str


_NARROW = (
    "Name in Resource only what the job needs, never the own identity's policies; or cap it by a permissions boundary."
)
_PASS_FIX = "Name in the Resource of iam:PassRole the roles that may be passed, and test iam:PassedToService."
_PASS_FINE = (
    "For deployment roles that are meant to pass this role, when who can become them is as guarded as the role itself."
)
_ADMIN_FINE = "For administrators, who may do all this anyway."
_EXISTING_FIX = (
    "Name in Resource the things that may be changed, and keep powerful roles off things that many may change."
)


def _edit(title: str, what: str) -> FindingRule:
    means = (
        f"Whoever may {what} gives any permission: where that is itself, or somebody whom it can act as, it is an "
        "administrator already."
    )
    return FindingRule(title, means, _NARROW, _ADMIN_FINE)


def _pass(title: str, service: str, how: str) -> FindingRule:
    return FindingRule(
        title,
        f"It may hand a role to {service} and {how}: what runs there acts with the role's permissions.",
        _PASS_FIX,
        _PASS_FINE,
    )


def _existing(title: str, thing: str, how: str) -> FindingRule:
    return FindingRule(
        title,
        f"It may {how} without passing a role: if {thing} has a powerful role, it acts with that role's permissions.",
        _EXISTING_FIX,
        f"While no {thing.split()[-1]} has a role that may do more than its own permissions.",
    )


RULES: Mapping[str, FindingRule] = {
    "ROLE_TRUSTS_EVERYONE": FindingRule(
        "A role that trusts everyone",
        "Any AWS principal in the world whose own account lets it may become the role.",
        "Name the accounts or roles in Principal, or test aws:PrincipalOrgID.",
        "Hardly ever. A test of aws:PrincipalOrgID makes it fine; an external id alone does not: it is no password.",
    ),
    "OUTSIDE_ACCOUNT_WITHOUT_EXTERNAL_ID": FindingRule(
        "An outside account without an external id",
        "Whoever is let by that account may become the role. If the account is a vendor's that serves many customers, "
        "another customer may have it act on your role: the confused deputy.",
        "For a vendor, test sts:ExternalId with the id that the vendor gave you. For your own account, load its dump "
        "or the organization too, and it is no outsider any more.",
        "When the account is your own, or a person's and not a service's for many customers.",
    ),
    "OUTSIDE_ACCOUNT": FindingRule(
        "An outside account",
        "Somebody outside of the accounts known here may become the role.",
        "See that you know the account, that the external id is one for you alone, and that the role may do no more "
        "than it must.",
        "When the account is one that you mean to let in.",
    ),
    "GITHUB_OIDC_WITHOUT_SUB": FindingRule(
        "A GitHub role without a test of sub",
        "A workflow of any repository in the world may become the role: the audience is the same for all.",
        "Test token.actions.githubusercontent.com:sub with StringEquals: repo:ORG/REPO:ref:refs/heads/main.",
        "Never.",
    ),
    "GITHUB_OIDC_TOO_WIDE": FindingRule(
        "A GitHub role that admits strangers",
        "The pattern of sub admits repositories of other owners: a workflow of theirs may become the role.",
        "Write the owner out, with the slash behind it: repo:ORG/REPO:ref:refs/heads/main.",
        "Never.",
    ),
    "GITHUB_OIDC_ANY_REPOSITORY": FindingRule(
        "A GitHub role for every repository",
        "A workflow of every repository of the owner may become the role, of new ones as well.",
        "Name the repository and the branch or environment in sub.",
        "When everyone who may write to any repository of the owner may do what the role may.",
    ),
    "GITHUB_OIDC_ANY_BRANCH": FindingRule(
        "A GitHub role for every branch",
        "A workflow on any branch, of a pull request too, may become the role.",
        "Name the branch (ref:refs/heads/main) or an environment with reviewers in sub.",
        "When the role may only read what the repository's writers may read anyway.",
    ),
    "TRUST_IN_DELETED_PRINCIPAL": FindingRule(
        "Trust in somebody deleted",
        "The user or role behind this id was deleted. Nobody has the id any more: the entry lets nobody in, and a new "
        "user or role of the old name does not get it back.",
        "Remove the entry, or name the new principal and save the trust policy again.",
        "It harms nobody. It shows that nobody looks after the role.",
    ),
    "ADMIN": FindingRule(
        "An administrator",
        "It may do everything in the account. Whoever can become it is an administrator as well.",
        "Keep such roles few, ask for MFA in the trust policy, and look at who reaches them.",
        "Every account needs one, for people who are known and for emergencies.",
    ),
    "UNUSED_ROLE": FindingRule(
        "An unused role",
        "Nobody has used the role for a long time. Whom it trusts can still become it.",
        "Ask whom it was made for. Deny all its actions for some weeks, then delete it.",
        "For emergencies and yearly jobs; say so in its description.",
    ),
    "MFA_DENY_MISSES_KEYS": FindingRule(
        "A Deny that long-term keys pass",
        "With an access key aws:MultiFactorAuthPresent is absent, not false: this Deny does not hit requests with "
        "long-term keys, which are the ones it is about.",
        "Write BoolIfExists in place of Bool.",
        "When another statement denies what is done without MFA as well.",
    ),
    "NEVER_MATCHES": FindingRule(
        "A statement that does nothing",
        "The statement can match no request, or none for this action: an Allow allows less than it says, a Deny "
        "protects less.",
        "Correct the statement as the finding of iamviz check says, or remove it.",
        "Never for a Deny. An Allow that does nothing only misleads.",
    ),
    "ESCALATION_CREATE_POLICY_VERSION": FindingRule(
        "New version of its own policy",
        "Whoever may write a new version of a policy that it has writes its own permissions: it is an administrator "
        "already.",
        _NARROW,
        _ADMIN_FINE,
    ),
    "ESCALATION_SET_DEFAULT_POLICY_VERSION": FindingRule(
        "Older version of its own policy",
        "It may put another version of a policy that it has into force. An older version may allow more.",
        "Delete versions that are no longer wanted; name in Resource the policies that may be switched.",
        "While no policy that it has keeps a version that allows more.",
    ),
    "ESCALATION_ATTACH_USER_POLICY": _edit("Policy attached to a user", "attach any policy to a user"),
    "ESCALATION_ATTACH_GROUP_POLICY": _edit("Policy attached to a group", "attach any policy to a group"),
    "ESCALATION_ATTACH_ROLE_POLICY": _edit("Policy attached to a role", "attach any policy to a role"),
    "ESCALATION_PUT_USER_POLICY": _edit("Inline policy of a user", "write an inline policy of a user"),
    "ESCALATION_PUT_GROUP_POLICY": _edit("Inline policy of a group", "write an inline policy of a group"),
    "ESCALATION_PUT_ROLE_POLICY": _edit("Inline policy of a role", "write an inline policy of a role"),
    "ESCALATION_ADD_USER_TO_GROUP": FindingRule(
        "Joining a powerful group",
        "It may put a user into a group, and so give it the group's permissions.",
        "Name in Resource the groups that may be filled.",
        _ADMIN_FINE,
    ),
    "ESCALATION_REMOVE_BOUNDARY": FindingRule(
        "Its own boundary removed",
        "It may remove the permissions boundary that limits it.",
        "Deny iam:DeleteUserPermissionsBoundary and iam:DeleteRolePermissionsBoundary in the boundary itself.",
        "Never, if the boundary is meant to hold.",
    ),
    "ESCALATION_UPDATE_TRUST_POLICY": FindingRule(
        "Trust of a powerful role rewritten",
        "It may write the trust policy of a role that may do more, let itself in, and become the role.",
        "Name in the Resource of iam:UpdateAssumeRolePolicy the roles that may be changed; no powerful one.",
        _ADMIN_FINE,
    ),
    "ESCALATION_CREATE_ACCESS_KEY": FindingRule(
        "Access key of another user",
        "It may make an access key of a user who may do more, and act as that user. A user who has two keys already is "
        "safe from this; a dump does not tell.",
        "Limit it to the own user: arn:aws:iam::*:user/${aws:username}.",
        "For those who look after users, when no user may do more than they.",
    ),
    "ESCALATION_CREATE_LOGIN_PROFILE": FindingRule(
        "Password for another user",
        "It may give a console password to a user who has none and may do more, and sign in as that user.",
        "Limit it to users who may do no more, or drop it: people sign in through Identity Center.",
        "For those who look after users, when no user may do more than they.",
    ),
    "ESCALATION_UPDATE_LOGIN_PROFILE": FindingRule(
        "New password of another user",
        "It may change the console password of a user who may do more, and sign in as that user.",
        "Limit it to the own user, or to users who may do no more; ask users for MFA.",
        "For those who look after users, when no user may do more than they.",
    ),
    "ESCALATION_PASS_LAMBDA": _pass("Role passed to a new function", "Lambda", "have the function run"),
    "ESCALATION_PASS_EC2": _pass("Role passed to a new instance", "EC2", "read the credentials on the instance"),
    "ESCALATION_PASS_GLUE_ENDPOINT": _pass("Role passed to a Glue endpoint", "Glue", "log on to the endpoint"),
    "ESCALATION_PASS_GLUE_JOB": _pass("Role passed to a Glue job", "Glue", "start the job"),
    "ESCALATION_PASS_CLOUDFORMATION": _pass(
        "Role passed to a stack", "CloudFormation", "have the template make anything"
    ),
    "ESCALATION_PASS_DATA_PIPELINE": _pass("Role passed to a pipeline", "Data Pipeline", "run any command in it"),
    "ESCALATION_PASS_SAGEMAKER_NOTEBOOK": _pass("Role passed to a notebook", "SageMaker", "open the notebook"),
    "ESCALATION_PASS_SAGEMAKER_TRAINING": _pass("Role passed to a training job", "SageMaker", "run any image in it"),
    "ESCALATION_PASS_SAGEMAKER_PROCESSING": _pass(
        "Role passed to a processing job", "SageMaker", "run any image in it"
    ),
    "ESCALATION_PASS_CODEBUILD": _pass("Role passed to a build", "CodeBuild", "start the build"),
    "ESCALATION_PASS_ECS": _pass("Role passed to a task", "ECS", "run the task"),
    "ESCALATION_PASS_STATE_MACHINE": _pass("Role passed to a state machine", "Step Functions", "start it"),
    "ESCALATION_EDIT_LAMBDA": _existing("Code of a function changed", "a function", "change the code of a function"),
    "ESCALATION_EDIT_GLUE_ENDPOINT": _existing(
        "Key of a Glue endpoint changed", "an endpoint", "log on to a Glue endpoint"
    ),
    "ESCALATION_EDIT_CLOUDFORMATION": _existing(
        "Template of a stack changed", "a stack", "change the template of a stack"
    ),
    "ESCALATION_EDIT_SAGEMAKER_NOTEBOOK": _existing(
        "Notebook of another opened", "a notebook", "open a SageMaker notebook"
    ),
    "ESCALATION_SSM_SEND_COMMAND": _existing("Command on an instance", "an instance", "run a command on an instance"),
    "ESCALATION_SSM_START_SESSION": _existing("Session on an instance", "an instance", "open a session on an instance"),
    "ESCALATION_EC2_INSTANCE_CONNECT": _existing("Key pushed to an instance", "an instance", "log on to an instance"),
    "ESCALATION_ECS_EXECUTE_COMMAND": _existing("Command in a container", "a task", "run a command in a running task"),
}
