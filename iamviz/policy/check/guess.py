"""What kind of policy a document probably is, when nobody says."""

from iamviz.policy.check.trust import covered
from iamviz.policy.check.views import Document
from iamviz.policy.findings import PolicyError
from iamviz.policy.json_source import parse_json
from iamviz.policy.model import PolicyKind

__all__ = ["guess_kind"]


def guess_kind(text: str) -> PolicyKind:
    """Trust when it has a principal, only actions that assume a role, and no Resource; else resource if it has one.

    >>> guess_kind('{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}').value
    'trust'
    """
    try:
        root = parse_json(text)
    except PolicyError:
        return PolicyKind.IDENTITY
    statements = Document(root, text, PolicyKind.IDENTITY).statements
    if not any("Principal" in one.members or "NotPrincipal" in one.members for one in statements):
        return PolicyKind.IDENTITY
    actions = [entry.text for one in statements for entry in one.texts("Action", "NotAction")]
    if any("Resource" in one.members or "NotResource" in one.members for one in statements):
        return PolicyKind.RESOURCE
    return (
        PolicyKind.TRUST
        if actions and all(action != "*" and covered(action) for action in actions)
        else PolicyKind.RESOURCE
    )
