"""What an access denied sentence proves by itself, and what it leaves open (docs/rules/policy_evaluation.md 6.1)."""

from collections.abc import Iterator

from iamviz.accounts.why_parse import Denial
from iamviz.arn import is_role_arn, role_behind, split_fields
from iamviz.calls.hints import Hint
from iamviz.engine.wording import policy_name
from iamviz.policy.model import PolicyKind

__all__ = ["a_policy", "left_open", "proofs", "suggestion", "things_to_see", "title"]

_WHERE = {
    PolicyKind.IDENTITY: "an identity-based policy of the caller (those of a user's groups included)",
    PolicyKind.RESOURCE: "the policy of the resource",
    PolicyKind.TRUST: "the role's trust policy",
    PolicyKind.BOUNDARY: "the caller's permissions boundary",
    PolicyKind.SESSION: "the session policy that was passed when the session began",
    PolicyKind.SCP: "the SCPs of the caller's organization",
    PolicyKind.RCP: "the RCPs of the organization that owns the resource",
    PolicyKind.ENDPOINT: "the policy of the VPC endpoint that the request came through",
}
_CEILINGS = (PolicyKind.BOUNDARY, PolicyKind.SESSION, PolicyKind.SCP, PolicyKind.ENDPOINT)


def title(denial: Denial) -> str:
    """The error in one line."""
    action = denial.action
    if denial.kind is None:
        ending = ": a Deny applied" if denial.explicit else ""
        return f"{action} was denied{ending}"
    name = policy_name(denial.kind)
    if denial.kind is PolicyKind.SCP and denial.explicit:  # older messages say so for a missing Allow too
        return f"a {name} stopped {action}"
    return f"a Deny in {a_policy(denial.kind)} stopped {action}" if denial.explicit else f"no {name} allows {action}"


def a_policy(kind: PolicyKind) -> str:
    """A policy type as AWS names it, with its article."""
    name = policy_name(kind)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def proofs(denial: Denial) -> Iterator[str]:
    """What follows from the sentence, whoever wrote the policies."""
    if denial.principal and denial.principal != "anonymous":
        yield (
            f"AWS knew who asked: the credentials are valid and not expired, and they are those of {denial.principal}."
        )
    if denial.cut:
        yield f"The text ends in the middle, behind “{denial.cut}”: what AWS wrote behind it would say more."
    kind = denial.kind
    if kind is None:
        yield from _without_a_kind(denial)
        return
    where = _WHERE[kind]
    if kind is PolicyKind.SCP and denial.explicit:
        yield (
            "An SCP of the caller's organization stands in the way. Older messages say “explicit deny” also for an SCP "
            "that merely does not allow: look for a Deny first, then for a level (root, OU, account) without an Allow."
        )
    elif denial.through_scp:
        yield "The old wording “transitively through a service control policy” means an SCP, not the endpoint's policy."
    elif denial.explicit:
        yield f"A Deny statement in {where} applied to this request. No Allow, wherever it stands, helps against it."
    elif kind in _CEILINGS:
        yield (
            f"{where[0].upper()}{where[1:]} must allow {denial.action}, and does not. It is a "
            "ceiling: it grants nothing, "
            "so allowing it there alone may not be enough either."
        )
    else:
        yield f"No statement in {where} allows {denial.action} on this resource under the conditions of this request."
    if denial.policy:
        yield f"The policy is {denial.policy}."
    yield (
        "AWS gives the reason only inside of one account or one organization, so the caller and the resource belong to "
        "the same one."
    )


def _without_a_kind(denial: Denial) -> Iterator[str]:
    action = denial.action.lower()
    if denial.cut and denial.explicit is None:
        return
    if denial.outside:
        yield (
            "The key belongs to another account, or does not exist in this Region. Its key policy "
            "must name the caller's "
            "account, and the caller's own policy must allow the action: both."
        )
    elif action in ("sts:assumerolewithwebidentity", "sts:assumerolewithsaml"):
        yield (
            "The token was accepted by the provider; then the role's trust policy refused it, or "
            "there is no such role: "
            "STS answers both in the same way."
        )
    elif action.startswith("sts:"):
        yield (
            "Nothing about the reason: STS sends the same bare sentence when the caller's policy, the trust policy, a "
            "condition, an SCP or an RCP refuses, and also when the role does not exist."
        )
    elif denial.explicit:
        yield "A Deny statement applied to this request. No Allow, wherever it stands, helps against it."
        for statement in denial.statements:
            name = str(statement.get("statementId") or "a statement without a Sid")
            yield (
                f"AWS lists the statement that matched: {name} ({statement.get('effect') or 'its effect is not told'})."
            )
    elif denial.explicit is False:
        yield "No Deny applied, and nothing allows the action under the conditions of this request."
    else:
        yield (
            "Nothing about the reason. Services leave it out for callers of another account or organization, and older "
            "services always do."
        )


def left_open(denial: Denial) -> Iterator[str]:
    """What may still stand in the way once the named policy is changed."""
    yield (
        "AWS names one type of policy even where several stand in the way: the next try may be stopped by another one."
    )
    if denial.kind is PolicyKind.IDENTITY and not denial.explicit:
        yield "A boundary, a session policy or an SCP that does not allow the action would stop it next."
    if denial.action.lower() == "sts:assumerole":
        yield (
            "Assuming a role takes two keys: the trust policy of the role, and (across accounts, or "
            "when the trust policy "
            "names only the account) an Allow for sts:AssumeRole on the caller's side."
        )


def things_to_see(denial: Denial) -> Iterator[str]:
    """Where to look, for this action and this caller."""
    action, principal, resource = denial.action.lower(), denial.principal, denial.resource
    if action == "sts:assumerole" and resource and not is_role_arn(resource):
        yield f"{resource} is not the ARN of a role; only a role can be assumed (arn:aws:iam::ACCOUNT:role/PATH/NAME)."
    if action == "sts:assumerole":
        yield (
            "Does the role exist under exactly this ARN, path and letter case included? A missing role "
            "answers the same."
        )
        yield "Conditions of the trust policy: MFA, external id, source IP, organization, session name, tags."
    if action == "sts:tagsession":
        yield (
            "Session tags (also those inherited from the calling session) need sts:TagSession in the trust policy too."
        )
    if action == "sts:setsourceidentity":
        yield "A source identity (also an inherited one) needs sts:SetSourceIdentity in the trust policy of every role."
    if action in ("sts:assumerolewithwebidentity", "sts:assumerolewithsaml"):
        yield "Compare the token's sub and aud with the conditions, character by character; StringEquals knows no *."
        yield "GitHub: environment:NAME stands in place of the ref; newer repositories carry ids (repo:ORG@1/REPO@2:…)."
        yield "Principal.Federated must be the ARN of the provider in the role's own account."
    if action == "iam:passrole":
        yield (
            "The person needs iam:PassRole on the role's ARN now; the service assumes the role later, by "
            "its trust policy."
        )
        yield "A condition iam:PassedToService must name the service that gets the role."
    if action.startswith("kms:"):
        yield (
            "A KMS key always needs its key policy: it must allow the caller, or the account for IAM policies to count."
        )
        yield (
            "If another service was called, it used the key in the caller's name: the caller needs the kms action too."
        )
    if action in ("s3:listbucket", "s3:getobject", "s3:putobject", "s3:deleteobject"):
        yield "s3:ListBucket works on arn:aws:s3:::BUCKET, object actions on arn:aws:s3:::BUCKET/*."
    if principal == "anonymous":
        yield 'The request was not signed: only a resource policy that allows everyone ("*") can let it in.'
    if ":assumed-role/AWSReservedSSO_" in principal:
        yield "The role comes from an Identity Center permission set: change it there, it cannot be edited in IAM."
    elif ":assumed-role/" in principal:
        role = split_fields(principal)[-1].split("/")[1:2]
        yield (
            f"The session acts with the permissions of the role {role[0] if role else ''}, not with those "
            "of who assumed it."
        )
    elif principal.endswith(":root"):
        yield "This is the root user: identity policies do not limit it; SCPs, RCPs and resource policies do."


def suggestion(denial: Denial) -> Hint | None:
    """The statement that would open what AWS names, as far as the sentence tells; None where none would help."""
    kind = denial.kind
    if denial.explicit or kind in (None, PolicyKind.RCP) or not denial.action:
        return None
    assert kind is not None
    statement: dict[str, object] = {"Effect": "Allow"}
    if kind in (PolicyKind.RESOURCE, PolicyKind.TRUST):
        statement["Principal"] = {"AWS": _lasting(denial.principal)} if denial.principal.startswith("arn:") else "*"
    statement["Action"] = denial.action
    if kind is not PolicyKind.TRUST:
        statement["Resource"] = denial.resource or "*"
    where = _WHERE[kind]
    side = "resource" if kind in (PolicyKind.RESOURCE, PolicyKind.TRUST) else "caller"
    return Hint(side, f"{where[0].upper()}{where[1:]} must allow {denial.action}.", statement)


def _lasting(principal: str) -> str:
    """The role behind a session; who calls where it is none."""
    return role_behind(principal) or principal
