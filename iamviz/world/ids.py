"""Believable ids, made from what they name: the same world makes the same ids on every run.

docs/rules/roles_and_sessions.md 1.3: base32, the account number encoded behind the prefix of four letters.
"""

import base64
import hashlib

__all__ = ["access_key_id", "account_of", "organization_id", "secret_access_key", "session_token", "unique_id"]

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_OFFSET = 549755813888
_TOKEN_START = "IQoJb3JpZ2luX2VjE"


def _digest(*parts: object) -> bytes:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()


def _encoded(prefix: str, account: str, length: int, *parts: object) -> str:
    number = int(account) if account.isdecimal() else 0
    head = base64.b32encode((number // 2 + _OFFSET).to_bytes(5, "big")).decode()
    digest = _digest(prefix, account, *parts)
    parity = digest[0] % 16 + 16 * (number % 2)
    tail = "".join(_BASE32[byte % 32] for byte in digest[1:])
    return (prefix + head + _BASE32[parity] + tail)[: len(prefix) + length]


def unique_id(prefix: str, account: str, *parts: object) -> str:
    """The unique id of an entity: ``AIDA`` for a user, ``AROA`` for a role, … and 17 characters."""
    return _encoded(prefix, account, 17, *parts)


def access_key_id(prefix: str, account: str, *parts: object) -> str:
    """An access key id: ``AKIA`` (long-term) or ``ASIA`` (temporary) and 16 characters.

    >>> account_of(access_key_id("ASIA", "111122223333", "ana"))
    '111122223333'
    """
    return _encoded(prefix, account, 16, *parts)


def account_of(key_id: str) -> str:
    """The account that an access key id encodes: what sts:GetAccessKeyInfo would answer."""
    number = int.from_bytes(base64.b32decode(key_id[4:20])[:6], "big")
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"


def organization_id(*parts: object, length: int = 8) -> str:
    """The lower-case letters and digits behind ``p-``, ``r-`` and ``ou-`` in the ids of AWS Organizations."""
    return _digest("organization", *parts).hex()[:length]


def secret_access_key(*parts: object) -> str:
    """The 40 characters of a secret access key; made up, of course."""
    return base64.b64encode(_digest("secret", *parts)).decode()[:40].ljust(40, "x")


def session_token(*parts: object) -> str:
    """A session token: long, opaque, made up."""
    blocks = (base64.b64encode(_digest("token", number, *parts)).decode().rstrip("=") for number in range(20))
    return _TOKEN_START + "".join(blocks)
