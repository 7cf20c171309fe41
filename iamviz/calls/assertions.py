"""A SAML assertion as calls give it, decoded, with short names: docs/rules/roles_and_sessions.md 4.3."""

from collections.abc import Iterator, Mapping
from typing import Any

from iamviz.catalogue import is_multivalued, key_info

__all__ = ["attributes_of", "claimed_keys"]

PREFIX, TAG = "https://aws.amazon.com/SAML/Attributes/", "PrincipalTag:"
_SINGLE = ("RoleSessionName", "SourceIdentity")
_OF_AWS = frozenset("aud doc iss namequalifier sub sub_type".split())
"""The keys that STS itself makes out of the assertion; no attribute stands for one of them."""


def attributes_of(assertion: Mapping[str, Any]) -> dict[str, Any]:
    """The assertion with every attribute under its short name, and its tags as the mapping ``PrincipalTags``.

    Attributes may stand beside Recipient and Issuer or in a mapping ``Attributes`` of their own, and have AWS's long
    names or short ones; a list of one text is that text.

    >>> attributes_of({"https://aws.amazon.com/SAML/Attributes/PrincipalTag:team": ["blue"], "Recipient": "r"})
    {'Recipient': 'r', 'PrincipalTags': {'team': 'blue'}}
    """
    found: dict[str, Any] = {}
    tags: dict[str, Any] = {}
    for name, value in _named(assertion):
        if name.startswith(TAG):
            tags[name.removeprefix(TAG)] = _one(value)
        elif name == "TransitiveTagKeys" and isinstance(value, str):
            found[name] = [value]
        else:
            found[name] = _one(value) if name in _SINGLE else value
    if tags:
        given = found.get("PrincipalTags", {})
        found["PrincipalTags"] = {**given, **tags} if isinstance(given, Mapping) else given
    return found


def _named(assertion: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in assertion.items():
        if name == "Attributes" and isinstance(value, Mapping):
            yield from _named(value)
        elif isinstance(name, str):
            yield name.removeprefix(PREFIX), value


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def claimed_keys(attributes: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The attributes that STS puts into the context, such as ``saml:edupersonaffiliation`` and ``saml:mail`` (3.6)."""
    for name, value in sorted(attributes.items()):
        known = key_info(f"saml:{name}") if name.lower() not in _OF_AWS else None
        if known is not None:
            values = tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
            yield known.name, values if is_multivalued(known.name) else values[:1]
