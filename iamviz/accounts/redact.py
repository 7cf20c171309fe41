"""Redaction: the same account under other names, so that what is drawn from it can be shown to others.

Account numbers, names, paths, tags, ids and e-mail addresses get stand-ins, one-to-one and the same everywhere. It is
done before anything is decided or drawn, on the world itself, so no picture can hold a name that it clipped or cut; and
since patterns cover the stand-ins of what they covered, every decision stays as it was. IP addresses in policies stay:
ranges could not be compared otherwise. Those in trails get stand-ins too.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from immutables import Map

from iamviz.accounts.redact_policy import Redaction
from iamviz.policy.model import Policy
from iamviz.world.world import World

__all__ = ["Redactor", "redact"]

Thing = TypeVar("Thing")
_AS_IT_IS = frozenset(
    "kind partition mfa_code used_codes settings region service version action error code how".split()
)
"""Fields that hold words of AWS or of iamviz, whatever dataclass they are in."""
_KEYS_AS_THEY_ARE = frozenset({"calls", "given"})
"""Fields that map words of AWS or of iamviz to something."""
_SENTENCES = frozenset({"problems", "unknowns", "gaps", "notes", "missing", "sentence", "message"})
_CLIENT = re.compile(r"(?:aws-cli|aws-sdk-[a-z0-9-]+|Boto3|Botocore|S3Console|console\.amazonaws\.com)(?:/[\d.]+)?")
"""What may be told of a user agent."""
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
_SECRET = {"secret_access_key": "redacted-secret", "session_token": "redacted-token"}
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(?:[0-9]{12}|\*)?:[^\s\"'<>,;()\[\]{}]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r"(?<![A-Za-z0-9])(?:[0-9]{12}|A[A-Z]{3}[A-Z0-9]{12,28})(?![A-Za-z0-9])")
_CONDITION_KEYS = {"claims": "issuer.example:", "context": ""}
"""Fields that map claims (with this before them) or condition keys to values: read as policies have them."""
_WORD = re.compile(r"[^\W_]+")
_NAMED = re.compile(f"{_ARN.pattern}|{_MAIL.pattern}|{_TOKEN.pattern}|(?P<word>{_WORD.pattern})")
_EDGES = "-_./+=,@: "
SHORTEST_NAME, LONGEST_NAME = 3, 140
"""Shorter names are not looked for inside of sentences, where they would be parts of ordinary words."""


class Redactor:
    """One table of stand-ins for everything that it is given.

    Everything that is to be redacted together is learned first:

    >>> redactor = Redactor("arn:aws:iam::111111111111:user/ana")
    >>> redactor("arn:aws:iam::111111111111:user/ana")[:26]
    'arn:aws:iam::111122223333:'
    """

    def __init__(self, *things: Any) -> None:
        self._redaction = Redaction()
        self._known: set[str] = set()
        self._addresses: dict[str, str] = {}
        for thing in things:
            self.learn(thing)

    def learn(self, thing: Any) -> None:
        """Take note of the names in a world, a dataclass, a text, or a collection of them."""
        self._redaction.learning = True
        try:
            self._value(thing, "")
        finally:
            self._redaction.learning = False
            self._redaction.forget()

    def __call__(self, thing: Thing) -> Thing:
        """The same thing about stand-ins."""
        redacted: Thing = self._value(thing, "")
        return redacted

    @property
    def unsure(self) -> tuple[str, ...]:
        """Patterns with ``?`` beside letters: after redaction they may cover something else than before."""
        return tuple(self._redaction.words.unsure)

    def sentence(self, text: str) -> str:
        """A sentence: the ARNs, ids, account numbers, e-mail addresses and learned names in it, the rest as it is."""
        parts, place = [], 0
        while (found := _NAMED.search(text, place)) is not None:
            start, end = found.span()
            if found.lastgroup == "word":
                ends = [word.end() for word in _WORD.finditer(text, start, start + LONGEST_NAME)]
                end = next((stop for stop in reversed(ends) if text[start:stop] in self._known), 0)
                known = text[start:end] if end else ""
                end = end or found.end()
                redacted = self._named(known) if known else text[start:end]
            else:
                redacted = self._redaction.text(found[0])
            parts += [text[place:start], redacted]
            place = end
        return "".join([*parts, text[place:]])

    def _named(self, text: str) -> str:
        return self._address(text) if text in self._addresses else self._redaction.text(text)

    def _value(self, value: Any, field: str) -> Any:
        if field in _AS_IT_IS or value is None or isinstance(value, bool | int | float | Enum):
            return value
        if field in _SECRET:
            return _SECRET[field]
        if field == "address":
            return self._address(value) if isinstance(value, str) else self._value(value, "")
        if field == "agent":
            found = _CLIENT.match(value)
            return found[0] if found else ""
        if isinstance(value, str):
            return self._text(value, field)
        if isinstance(value, Policy):
            if self._redaction.learning:
                self._note(value.name.removeprefix("trust policy of "))
            return self._redaction.policy(value)
        if is_dataclass(value) and not isinstance(value, type):
            changes = {f.name: self._value(getattr(value, f.name), f.name) for f in fields(value) if f.init}
            return value if self._redaction.learning else replace(value, **changes)
        return self._collection(value, field)

    def _collection(self, value: Any, field: str) -> Any:
        if isinstance(value, tuple | list):
            return type(value)(self._value(item, field) for item in value)
        if isinstance(value, frozenset | set):
            return type(value)(self._value(item, field) for item in sorted(value))
        if isinstance(value, Mapping):
            if field in _CONDITION_KEYS:
                claim = _CONDITION_KEYS[field]
                key_of = str if claim else self._redaction.key
                rows = {key_of(key): self._row(claim + key, value[key]) for key in sorted(value)}
                return Map(rows) if isinstance(value, Map) else rows
            # The table fills in the order of asking, and `Map` has none of its own.
            named = field not in _KEYS_AS_THEY_ARE
            pairs = {(self._text(str(k), "key") if named else k): self._value(value[k], field) for k in sorted(value)}
            return Map(pairs) if isinstance(value, Map) else pairs
        return value

    def _row(self, key: str, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        redact = self._redaction.value(key)
        return redact(value) if isinstance(value, str) else tuple(map(redact, value))

    def _text(self, text: str, field: str) -> str:
        if field in _SENTENCES:
            return text if self._redaction.learning else self.sentence(text)
        if self._redaction.learning:
            self._note(text.rpartition(":")[2].rpartition("/")[2] if text.startswith("arn:") else text)
        return self._redaction.text(text)

    def _address(self, address: str) -> str:
        """A network address in a trail, where nothing is compared with it: one of those kept for documentation."""
        if not address or address.endswith((".amazonaws.com", "AWS Internal")):
            return address
        if address not in self._addresses:
            number = len(self._addresses)
            network, host = divmod(number, 254)
            net = _NETWORKS[network] if network < len(_NETWORKS) else f"10.{network // 256}.{network % 256}"
            self._addresses[address] = f"{net}.{host + 1}"
            self._known.add(address)
        return self._addresses[address]

    def _note(self, name: str) -> None:
        if "*" not in name and "amazonaws.com" not in name:
            name = name.strip(_EDGES)
            if len(name) >= SHORTEST_NAME:
                self._known.add(name)


def redact(world: World) -> World:
    """The same world about stand-ins; every decision in it comes out as before.

    >>> import iamviz as iv
    >>> world = iv.load("staging_bucket")
    >>> any("ana" in arn for arn in redact(world).users)
    False
    """
    return Redactor(world)(world)
