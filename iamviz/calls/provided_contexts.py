"""ProvidedContexts of AssumeRole: what a trusted provider says of the person behind the call.

docs/rules/roles_and_sessions.md 3.1 and 4.2, docs/rules/policy_evaluation.md 4.6. Identity Center hands on a person's
identity in this way; the trust policy must allow sts:SetContext.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from iamviz.calls.model import CallError
from iamviz.calls.validation import Field, check_members
from iamviz.world.context import ContextValue

__all__ = ["PROVIDED_CONTEXTS", "provided_contexts"]

PROVIDED_CONTEXTS = Field(list, 1, 5)
_MEMBERS = {"ProviderArn": Field(str, 20, 2048), "ContextAssertion": Field(str, 4, 2048)}
_ORIGIN = "a context assertion of the call"


def provided_contexts(operation: str, value: Sequence[Any]) -> tuple[ContextValue, ...]:
    """The condition keys that context assertions bring; empty where none is passed.

    An assertion is opaque to whoever passes it on; given decoded, as a mapping, what it says becomes
    ``sts:RequestContext/key``. Refusal (ValidationError) for lengths, CallError for another shape.
    """
    providers = []
    told: dict[str, str] = {}
    for number, item in enumerate(value, 1):
        if not isinstance(item, Mapping) or not set(item) <= set(_MEMBERS):
            expected = 'a list of {"ProviderArn": text, "ContextAssertion": text}'
            raise CallError(f"ProvidedContexts of {operation} is {value!r:.80}; expected {expected}")
        assertion = item.get("ContextAssertion")
        if isinstance(assertion, Mapping):
            told |= dict(_texts(operation, assertion))
            item = {name: text for name, text in item.items() if name != "ContextAssertion"}
        check_members(operation, f"providedContexts.{number}.member", item, _MEMBERS)
        providers += [item["ProviderArn"]] if "ProviderArn" in item else []
    keys = [ContextValue("sts:RequestContextProviders", tuple(providers), _ORIGIN)] if providers else []
    keys += [ContextValue(f"sts:RequestContext/{key}", (text,), _ORIGIN) for key, text in sorted(told.items())]
    return tuple(keys)


def _texts(operation: str, assertion: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    for key, text in assertion.items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise CallError(f"a ContextAssertion of {operation} has {key!r:.40} {text!r:.40}; expected texts")
        yield key, text
