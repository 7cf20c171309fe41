"""AWS's sentences: docs/rules/policy_evaluation.md 6.1."""

from iamviz.engine.decision import Outcome, Reason, Special
from iamviz.engine.request import CallerKind, Request
from iamviz.policy.model import PolicyKind

__all__ = ["client_view", "denial", "plain_denial", "reason_clause"]

_NAMES = {
    PolicyKind.IDENTITY: "identity-based policy",
    PolicyKind.RESOURCE: "resource-based policy",
    PolicyKind.TRUST: "role trust policy",
    PolicyKind.BOUNDARY: "permissions boundary",
    PolicyKind.SESSION: "session policy",
    PolicyKind.SCP: "service control policy",
    PolicyKind.RCP: "resource control policy",
    PolicyKind.ENDPOINT: "VPC endpoint policy",
}
_JSON_SERVICES = frozenset(
    """dynamodb kms lambda ecs ecr eks logs events states kinesis secretsmanager ssm cognito-identity cognito-idp
    codebuild codecommit codepipeline glue athena organizations sso batch acm""".split()
)
_WITH_ARN = frozenset({PolicyKind.SCP, PolicyKind.RCP, PolicyKind.BOUNDARY, PolicyKind.SESSION, PolicyKind.IDENTITY})
"""The types of which newer services name the policy that denies."""
OUTSIDE_KEY = (
    "on this resource because the resource does not exist in this Region, no resource-based policies allow access, "
    "or a resource-based policy explicitly denies access"
)
"""What KMS says of a key of another account: not whether there is one, and not whether its policy says no."""
ROOT_REFUSED = "Roles may not be assumed by root accounts."


def policy_name(kind: PolicyKind) -> str:
    """What AWS calls a type of policy in its messages: ``identity-based policy``."""
    return _NAMES[kind]


def reason_clause(action: str, outcome: Outcome, kind: PolicyKind) -> str:
    """The clause that names the policy type.

    >>> reason_clause("s3:GetObject", Outcome.EXPLICIT_DENY, PolicyKind.IDENTITY)
    'with an explicit deny in an identity-based policy'
    """
    name = _NAMES[kind]
    if outcome is Outcome.IMPLICIT_DENY:
        return f"because no {name} allows the {action} action"
    article = "the" if kind is PolicyKind.TRUST else "an" if kind is PolicyKind.IDENTITY else "a"
    return f"with an explicit deny in {article} {name}"


def plain_denial(request: Request) -> str:
    """The sentence without a reason, as STS sends it by default."""
    refused = _refused(request)
    if request.caller.kind is CallerKind.FEDERATED or request.resource == "*":
        return refused
    return f"{refused} on resource: {request.resource}"


def _refused(request: Request) -> str:
    """The beginning of every sentence; an unsigned call of STS has no user to name."""
    caller = request.caller
    if caller.kind is CallerKind.FEDERATED:
        return f"Not authorized to perform {request.action}"
    subject = caller.arn or caller.service or "anonymous"
    return f"User: {subject} is not authorized to perform: {request.action}"


def denial(request: Request, outcome: Outcome, reason: Reason, policy_arn: str = "") -> str | None:
    """The access denied sentence with its reason (explain mode); None when the request is allowed.

    With ``policy_arn``, an explicit deny of an SCP, RCP, boundary, session or identity-based policy ends with it.
    """
    if outcome is Outcome.ALLOWED:
        return None
    if reason.special is Special.ROOT_CALLER:
        return ROOT_REFUSED
    if reason.policy is None:
        return plain_denial(request)
    if reason.policy is PolicyKind.RESOURCE and request.is_kms_key and not request.same_account:
        return f"{_refused(request)} {OUTSIDE_KEY}"
    clause = reason_clause(request.action, outcome, reason.policy)
    if policy_arn and outcome is Outcome.EXPLICIT_DENY and reason.policy in _WITH_ARN:
        clause = f"{clause}: {policy_arn}"
    if reason.policy is PolicyKind.TRUST:
        # The two trust texts are never combined with "on resource".
        return f"{_refused(request)} {clause}"
    return f"{plain_denial(request)} {clause}"


def client_view(action: str, code: str, message: str) -> str:
    """What a client prints: the service's own spelling of the code, S3's quoted ARN.

    ``code`` is the canonical one. Denials: docs/rules/policy_evaluation.md 6.1; credentials that are over or unknown:
    docs/rules/roles_and_sessions.md 4.14 and 5.

    >>> client_view("dynamodb:GetItem", "AccessDenied", "User: … is not authorized")
    'An error occurred (AccessDeniedException) when calling the GetItem operation: User: … is not authorized'
    """
    service, _, operation = action.rpartition(":")
    if code == "AccessDenied":
        code = client_code(service)
    elif code == "ExpiredToken" and service == "ec2":
        code, message = "RequestExpired", "Request has expired."
    elif code == "ExpiredToken" and service in _JSON_SERVICES:
        code = "ExpiredTokenException"
    elif code == "InvalidClientTokenId":
        code, message = _invalid_token(service, message)
    if service == "s3" and " on resource: arn:" in message:
        head, _, tail = message.partition(" on resource: ")
        resource, blank, clause = _split_resource(tail)
        message = f'{head} on resource: "{resource}"{blank}{clause}'
    return f"An error occurred ({code}) when calling the {operation} operation: {message}"


def _invalid_token(service: str, message: str) -> tuple[str, str]:
    """How a service speaks of credentials that it does not know: roles_and_sessions.md 5, the codes of other services
    than STS and IAM from general knowledge.
    """
    if service == "s3":
        return "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
    if service == "ec2":
        return "AuthFailure", "AWS was not able to validate the provided access credentials"
    if service in _JSON_SERVICES:
        return "UnrecognizedClientException", "The security token included in the request is invalid."
    # STS ends the sentence with a point, the others do not.
    return "InvalidClientTokenId", message if service == "sts" else message.removesuffix(".")


def _split_resource(tail: str) -> tuple[str, str, str]:
    """An ARN may hold blanks: the clause behind it starts at the last ``because`` or ``with an explicit deny``."""
    for marker in (" because no ", " with an explicit deny in "):
        resource, found, clause = tail.rpartition(marker)
        if found:
            return resource, " ", marker.strip() + " " + clause
    return tail, "", ""


def client_code(service: str) -> str:
    """The code of an authorization denial as the service spells it."""
    if service == "ec2":
        return "UnauthorizedOperation"
    return "AccessDeniedException" if service in _JSON_SERVICES else "AccessDenied"
