"""Session policies and the packed size of a session: docs/rules/roles_and_sessions.md 4.10."""

import json
import math
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from immutables import Map

from iamviz.arn import split_fields
from iamviz.calls.iam_common import malformed, parse_document, refused_because
from iamviz.calls.model import CallError, Check, Refusal
from iamviz.engine.decision import Decision
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.aws_managed import aws_managed
from iamviz.world.world import World

__all__ = ["packed_size", "session_policies"]

MOST_POLICY_ARNS = 10
PACKED_BYTES = 1024
_WITH_SIX_FIELDS = 6


def session_policies(
    world: World, params: Mapping[str, Any], account: str, decisions: tuple[Decision, ...] = ()
) -> tuple[Policy, ...]:
    """The session policies that a call passes: managed ones of the role's account or of AWS, and one inline document.

    Refusal (MalformedPolicyDocument) for a document that is no identity policy, for an incomplete ARN in it, and for a
    managed policy that does not exist (text unconfirmed).
    """
    found = []
    arns = _arns(params.get("PolicyArns") or ())
    if len(arns) > MOST_POLICY_ARNS:
        raise malformed(f"at most {MOST_POLICY_ARNS} managed session policies, not {len(arns)}", decisions)
    for arn in arns:
        managed = world.managed_policies.get(arn) or aws_managed(arn)
        if managed is None or split_fields(arn)[4] not in (account, "aws"):
            raise malformed(f"PolicyArn {arn} does not exist", decisions)
        found.append(Policy.parse(managed.policy.source, PolicyKind.SESSION, name=managed.policy.name, arn=arn))
    if "Policy" in params:
        found.append(_inline(params["Policy"], decisions))
    return tuple(found)


def _arns(value: Iterable[Any]) -> list[str]:
    found = []
    for item in value:
        arn = item.get("arn") if isinstance(item, Mapping) else item
        if not isinstance(arn, str):
            raise CallError(f'PolicyArns is {value!r:.80}; expected a list of {{"arn": "arn:…"}}')
        found.append(arn)
    return found


def _inline(document: str, decisions: tuple[Decision, ...]) -> Policy:
    policy = parse_document(document, PolicyKind.SESSION, "the session policy", decisions)
    for statement in policy.statements:
        for pattern in statement.resources or ():
            if len(split_fields(pattern.text)) < _WITH_SIX_FIELDS and not pattern.text.endswith("*"):
                raise malformed(f'Resource {pattern.text} must be in ARN format or "*".', decisions)
    reason = refused_because(document, PolicyKind.SESSION)
    if reason:
        raise malformed(reason, decisions)
    return policy


def packed_size(params: Mapping[str, Any], tags: Map[str, str], decisions: tuple[Decision, ...] = ()) -> int | None:
    """PackedPolicySize in per cent, None when neither policy nor tags were passed; PackedPolicyTooLarge over 100.

    AWS's algorithm is secret: ours is an approximation.
    """
    if not tags and "Policy" not in params and not params.get("PolicyArns"):
        return None
    content = {
        "policy": params.get("Policy", ""),
        "arns": _arns(params.get("PolicyArns") or ()),
        "tags": dict(sorted(tags.items())),
    }
    packed = zlib.compress(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())
    percent = math.ceil(100 * len(packed) / PACKED_BYTES)
    if percent > 100:
        message = f"Packed size of session tags consumes {percent}% of allotted space."
        check = Check("size", False, f"session policy and tags take {percent} % of their space")
        raise Refusal("PackedPolicyTooLarge", message, 400, decisions, (check,))
    return percent
