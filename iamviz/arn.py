"""Amazon Resource Names: parse, take apart, compare (docs/rules/policy_evaluation.md 2.2 and 3.7)."""

from dataclasses import dataclass
from functools import lru_cache

from iamviz.patterns import Test, Token, compile_tokens

__all__ = ["Arn", "arn_like", "is_role_arn", "partition_of", "role_behind", "split_fields", "split_tokens"]

FIELDS = 6
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)


def partition_of(region: str) -> str:
    """The partition in which a region lies (docs/rules/roles_and_sessions.md 1.5).

    >>> partition_of("cn-north-1"), partition_of("eu-west-1")
    ('aws-cn', 'aws')
    """
    return next((partition for start, partition in _PARTITIONS if region.startswith(start)), "aws")


def split_fields(text: str) -> list[str]:
    """The fields of an ARN: at most six, split at the first five colons; the sixth keeps its colons."""
    return text.split(":", FIELDS - 1)


@dataclass(frozen=True, slots=True)
class Arn:
    """One ARN: ``arn:partition:service:region:account:resource``.

    >>> arn = Arn.parse("arn:aws:iam::111122223333:role/app/Reader")
    >>> arn.account, arn.resource_type, arn.name, arn.path
    ('111122223333', 'role', 'Reader', '/app/')
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> "Arn":
        """Read an ARN; ValueError when it is none."""
        fields = split_fields(text)
        if len(fields) < FIELDS or fields[0] != "arn" or not fields[1] or not fields[2] or not fields[5]:
            raise ValueError(f"{text!r} is not an ARN; expected arn:partition:service:region:account:resource")
        return cls(*fields[1:])

    @classmethod
    def is_arn(cls, text: str) -> bool:
        """Whether the text has the six fields of an ARN."""
        fields = split_fields(text)
        return len(fields) == FIELDS and fields[0] == "arn"

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @property
    def resource_type(self) -> str:
        """What stands before the first slash: ``role`` in ``role/app/Reader``; empty when there is no slash."""
        kind, slash, _ = self.resource.partition("/")
        return kind if slash else ""

    @property
    def name(self) -> str:
        """What stands behind the last slash."""
        return self.resource.rpartition("/")[2]

    @property
    def path(self) -> str:
        """The IAM path with both slashes: ``/app/`` in ``role/app/Reader``, ``/`` when there is none."""
        _, _, rest = self.resource.partition("/")
        return "/" + rest.rpartition("/")[0] + "/" if "/" in rest else "/"

    @property
    def is_role(self) -> bool:
        """Whether it names an IAM role (not a session of one)."""
        return self.service == "iam" and self.resource.startswith("role/")


@lru_cache(maxsize=65536)
def is_role_arn(text: str) -> bool:
    """Whether the text is the ARN of an IAM role."""
    fields = split_fields(text)
    return len(fields) == FIELDS and fields[0] == "arn" and fields[2] == "iam" and fields[5].startswith("role/")


def role_behind(session_arn: str) -> str:
    """The ARN of a session's role as far as the session's ARN tells it: the path is not in there; "" for no session.

    >>> role_behind("arn:aws:sts::111122223333:assumed-role/Reader/ana")
    'arn:aws:iam::111122223333:role/Reader'
    """
    fields = split_fields(session_arn)
    if len(fields) != FIELDS or not fields[5].startswith("assumed-role/"):
        return ""
    return f"arn:{fields[1]}:iam::{fields[4]}:role/{fields[5].split('/')[1]}"


def arn_like(tokens: tuple[Token, ...]) -> Test:
    """The test of ``ArnLike`` and ``ArnEquals``: six fields on both sides, no wildcard leaves its field.

    Only the sixth field may hold colons. A pattern that is not an ARN of six fields matches nothing
    (docs/rules/policy_evaluation.md 3.7, unconfirmed).
    """
    fields = split_tokens(tokens)
    if len(fields) < FIELDS or fields[0] != ["arn"]:
        return lambda value: False
    tests = [compile_tokens(field) for field in fields]

    def test(value: str) -> bool:
        parts = split_fields(value)
        return len(parts) == FIELDS and all(check(part) for check, part in zip(tests, parts, strict=True))

    return test


def split_tokens(tokens: tuple[Token, ...]) -> list[list[Token]]:
    """Split tokens at the first five colons of their literals, like `split_fields`."""
    fields: list[list[Token]] = [[]]
    for token in tokens:
        if not isinstance(token, str):
            fields[-1].append(token)
            continue
        first, *rest = token.split(":", FIELDS - len(fields))
        if first:
            fields[-1].append(first)
        for part in rest:
            fields.append([part] if part else [])
    return fields
