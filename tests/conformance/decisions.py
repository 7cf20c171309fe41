"""Decision vectors: docs/rules/policy_evaluation.md 0.3. Nothing here reads what a vector expects."""

from collections.abc import Mapping
from typing import Any

from iamviz import Caller, Decision, PolicySet, Request, evaluate


def decide(policies: Mapping[str, Any], request: Mapping[str, Any]) -> Decision:
    """The decision on a vector's request."""
    return evaluate(build_request(request), PolicySet.from_documents(policies))


def build_request(request: Mapping[str, Any]) -> Request:
    fields = dict(request)
    return Request(caller=Caller(**fields.pop("principal")), **fields)
