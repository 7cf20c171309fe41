"""The words of hints: what to do about an error code, a failed check, a condition key with another value."""

from collections.abc import Mapping

from iamviz.calls.federation import MAPPED
from iamviz.catalogue import is_oidc_host
from iamviz.policy.conditions import ConditionRow

__all__ = ["ADVICE", "FOR_CHECK", "FOR_CODE", "FOR_MESSAGE", "advice_on"]

ALWAYS = ("aud", "oaud", "sub", "amr")
"""The claims that every token brings into the context, beside the mapped ones."""
FOR_CODE: Mapping[str, str] = {
    "ExpiredToken": "The credentials are past their time: ask STS for new ones with the same call as before.",
    "ExpiredTokenException": "The token of the identity provider is past its time: get a new one and call again.",
    "InvalidClientTokenId": (
        "AWS does not know these credentials: the key is disabled or deleted, its user or role is gone, or the session "
        "token is missing."
    ),
    "NoSuchEntity": "Nothing has this name in this account: check the name, the path and the account.",
    "EntityAlreadyExists": "The name is taken, whatever its letter case: choose another, or change what exists.",
    "DeleteConflict": "Detach and delete what still hangs on it first.",
    "LimitExceeded": "A quota is reached: remove something, or ask AWS to raise it where it can be raised.",
    "MissingAuthenticationToken": (
        "Sign the call with credentials of AWS: only calls with a token of an identity provider go without."
    ),
    "PackedPolicyTooLarge": "Session policy and tags together are too large: shorten them.",
    "UnmodifiableEntity": (
        "Only AWS changes this role: change what it was made from, a service, or a permission set of Identity Center."
    ),
    "OutboundWebIdentityFederationDisabledException": (
        "Switch it on for the account first, once: iam:EnableOutboundWebIdentityFederation."
    ),
    "SessionDurationEscalationException": "Ask for less time: a token ends with the session that asks for it.",
    "InvalidIdentityToken": "The token does not fit the provider: compare issuer and audience.",
}
"""By AWS's error code, where no check says more."""

FOR_CHECK: Mapping[str, str] = {
    "caller": "Call with other credentials",
    "credentials": "Give the application a role that it can get",
    "IMDS": "Ask for a token first, as IMDSv2 does",
    "pass role": "Pass a role of the caller's own account",
    "source identity": "Pass the source identity of the chain, or none, since it goes on by itself",
}
"""By the name of the check that failed; its own sentence follows."""

FOR_MESSAGE: tuple[tuple[str, str], ...] = (
    ("must provide both MFA serial number", "Pass SerialNumber and TokenCode, not one of them alone."),
    (
        "unable to validate MFA code",
        "Pass the SerialNumber of the calling user's own MFA device, with a long-term key.",
    ),
    ("invalid MFA one time pass code", "Wait for the next code of the device: each counts once, for 30 seconds."),
    (
        "Invalid principal in policy",
        "Make the user or role first: IAM saves a trust policy only when all whom it names by ARN exist.",
    ),
    ("which is not scoped to all", "Add a condition that names your own organization or repository at this issuer."),
    ("Has prohibited field", "Leave the element out: a trust policy stands on its role, and names who by Principal."),
    (
        "may only specify STS AssumeRole actions",
        "Name only sts:AssumeRole and its like; what the role may do stands elsewhere.",
    ),
    ("default version of a policy", "Make another version the default first: SetDefaultPolicyVersion."),
    ("has more than one version", "Delete the versions that are not the default first: DeletePolicyVersion."),
    (
        "contains invalid Json",
        "The document is no JSON: look for a comma, bracket or quotation mark too many or missing.",
    ),
    (
        "Syntax errors in policy",
        "The document is JSON, but no policy as AWS writes them: check_policy names the element and its line.",
    ),
    ("must contain resources", 'Add Resource: what the statement speaks of, "*" for everything.'),
    ("must contain actions", "Add Action: what the statement lets do or forbids, such as s3:GetObject."),
    ("must be prefaced by a vendor", "Write each action with its service in front: s3:GetObject, not GetObject."),
    ("failed legacy parsing", 'Write each Resource as an ARN, such as arn:aws:s3:::BUCKET/*, or "*".'),
    ("must be in ARN format", 'Write each Resource as a whole ARN, such as arn:aws:s3:::BUCKET/*, or "*".'),
    (
        "at 'tags.",
        "Tags have keys of 1 to 128 and values of up to 256 characters: letters, digits, spaces and _ . : / = + - @",
    ),
    ("cannot be assumed by Lambda", "Pass a role that exists and whose trust policy names lambda.amazonaws.com."),
    ("cannot assume the role", "Pass a role that exists and whose trust policy names the service."),
    ("should not specify a principal", "Leave Principal out: such a policy speaks about whoever it is attached to."),
    ("Duplicate tag keys", "Pass each tag key once: Team and team are the same key."),
    ("must be included in the requested tags", "Pass every transitive tag key among Tags as well."),
    ("conflicts with a transitive tag key", "Leave the tag out: it is handed down, and cannot be changed on the way."),
    ("Request ARN is invalid", "Give the ARN of a role, with its path: arn:aws:iam::ACCOUNT:role/PATH/NAME."),
)
"""By a part of AWS's sentence."""

ADVICE: Mapping[str, tuple[str, str]] = {
    "sts:externalid": ("call", "pass it as ExternalId"),
    "sts:rolesessionname": ("call", "pass another RoleSessionName"),
    "sts:sourceidentity": ("call", "pass it as SourceIdentity"),
    "aws:sourceip": ("call", "call from such an address"),
    "aws:sourcevpce": ("call", "call through that VPC endpoint"),
    "aws:sourcevpc": ("call", "call from that VPC"),
    "aws:currenttime": ("call", "call at another time"),
    "aws:tokenissuetime": ("call", "start a new session"),
    "aws:principalorgid": ("caller", "call from an account of that organization"),
    "aws:principalorgpaths": ("caller", "call from an account in that part of the organization"),
    "aws:sourceidentity": ("call", "start the chain with that source identity"),
    "aws:principalarn": ("caller", "call as such a user or role"),
    "aws:principalaccount": ("caller", "call from that account"),
    "aws:principaltype": ("caller", "call with credentials of that kind"),
    "aws:userid": ("caller", "call as such a user or session"),
    "aws:username": ("caller", "call as such a user; a role's session has no user name"),
    "aws:sourcearn": ("call", "let the service act for such a resource"),
    "aws:sourceaccount": ("call", "let the service act for that account"),
    "aws:tagkeys": ("call", "pass the tags that are asked for, and no others"),
    "sts:transitivetagkeys": ("call", "pass it among TransitiveTagKeys"),
    "iam:passedtoservice": ("caller", "the statement lets roles be passed to that service only"),
    "aws:multifactorauthage": ("call", "sign in with MFA again"),
    "aws:multifactorauthpresent": (
        "call",
        (
            "pass SerialNumber and TokenCode to AssumeRole, or call with a session that GetSessionToken made with "
            "them; a long-term key alone never carries this key"
        ),
    ),
}
"""By condition key in lower case: the side that has to do it, and what it would have to do."""

_BY_PREFIX: tuple[tuple[str, tuple[str, str]], ...] = (
    ("aws:principaltag/", ("caller", "tag the user or role so, or pass the tag when the session begins")),
    ("aws:requesttag/", ("call", "pass the tag")),
    ("aws:resourcetag/", ("resource", "tag the resource so")),
    ("iam:resourcetag/", ("resource", "tag the role so")),
    ("s3:existingobjecttag/", ("resource", "tag the object so")),
)


_LEFT_OUT: Mapping[str, str] = {
    "sts:externalid": "leave ExternalId out",
    "sts:sourceidentity": "leave SourceIdentity out",
    "aws:multifactorauthpresent": "call with a long-term key",
    "aws:tokenissuetime": "call with a long-term key",
}
"""By condition key: what to do so that it is absent."""


def advice_on(row: ConditionRow, *, passes: bool = False) -> tuple[str, str]:
    """The side, and what would have to be done for a condition row to hold; ("call", "") when unknown.

    ``passes``: the action is iam:PassRole, for which the tags of a role do not count (2.4).
    """
    lower = row.key.lower()
    wanted = {value.lower() for value in row.values}
    if passes and lower.startswith(("aws:resourcetag/", "iam:resourcetag/")):
        return "caller", "the tags of a role do not count when it is passed: name roles in Resource instead"
    if row.parsed[0].name == "Null" and wanted == {"true"}:
        return "call", _LEFT_OUT.get(lower, "")
    if lower == "aws:multifactorauthpresent" and "true" not in wanted:
        return "call", ""
    host, _, claim = row.key.rpartition(":")
    if host.lower() in MAPPED and claim.lower() not in (*MAPPED[host.lower()], *ALWAYS):
        return "resource", f"AWS never passes this claim on: let the policy test another, such as {host}:sub"
    if is_oidc_host(host):
        return "call", "show a token that says so"
    found = ADVICE.get(lower) or next((told for prefix, told in _BY_PREFIX if lower.startswith(prefix)), None)
    return found or ("call", "")
