"""The entries of Action, Resource and Principal elements: docs/rules/policy_evaluation.md 1.4, 1.5, 2.1, 2.2."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from iamviz.arn import FIELDS, split_fields
from iamviz.patterns import Token, Wild, compile_any, compile_glob, compile_tokens, glob_tokens
from iamviz.policy.json_source import Span
from iamviz.policy.variables import Context, Template, Variable

__all__ = ["ActionPattern", "PrincipalEntry", "ResourcePattern", "compile_resources"]


@dataclass(frozen=True)
class ActionPattern:
    """One entry of ``Action`` or ``NotAction``: ``*``, or ``prefix:Name`` with wildcards; letter case is ignored."""

    text: str
    span: Span = field(compare=False)

    @cached_property
    def service(self) -> str | None:
        """The service prefix in lower case; None when the entry may cover several services."""
        prefix, colon, _ = self.text.lower().partition(":")
        if not colon:
            return None if prefix == "*" else prefix
        return None if "*" in prefix or "?" in prefix else prefix

    @cached_property
    def matches(self) -> Callable[[str, str], bool]:
        """Whether it covers an action, given as service and name in lower case.

        The two halves are compared apart; a wildcard in the prefix other than the plain ``*`` is unconfirmed.
        """
        lower = self.text.lower()
        prefix, colon, name = lower.partition(":")
        if lower == "*":
            return lambda service, action: True
        if not colon:
            return lambda service, action: False
        prefix_test, name_test = compile_glob(prefix), compile_glob(name)
        return lambda service, action: prefix_test(service) and name_test(action)


@dataclass(frozen=True)
class ResourcePattern:
    """One entry of ``Resource`` or ``NotResource``.

    ``fill`` says how an ARN of fewer than six fields is completed: with ``*`` in identity-based policies, boundaries
    and SCPs; elsewhere only a trailing ``*`` reaches over the missing fields (docs/rules/policy_evaluation.md 2.2).
    """

    text: str
    variables: bool
    fill: bool
    span: Span = field(compare=False)

    @cached_property
    def template(self) -> Template:
        """The entry with its fields completed, wildcards by field, variables in the sixth field only."""
        fields = split_fields(self.text)
        missing = FIELDS - len(fields)
        if missing and self.fill:
            fields += ["*"] * missing
        parts: list[Token | Variable] = []
        for number, text in enumerate(fields):
            if number:
                parts.append(":")
            if number == FIELDS - 1:
                parts.extend(Template.parse(text, variables=self.variables).parts)
            else:
                parts.extend(_field_tokens(text))
        return Template(tuple(parts))

    @property
    def is_usable(self) -> bool:
        """Whether it can match at all: an incomplete ARN that nothing completes cannot."""
        return self.fill or self.text.endswith("*") or len(split_fields(self.text)) == FIELDS

    @cached_property
    def matches(self) -> "ResourceTest":
        """Whether it covers a resource ARN; the request resource ``*`` is covered by the entry ``*`` alone."""
        return compile_resources([self])

    def matches_substituted(self, resource: str, context: Context) -> bool:
        """Whether it covers a resource with the variables of one request; one without a value covers nothing."""
        tokens = self.template.tokens(context)
        return tokens is not None and compile_tokens(tokens)(resource)


ResourceTest = Callable[[str, Context], bool]


def compile_resources(patterns: Sequence[ResourcePattern], *, negated: bool = False) -> ResourceTest:
    """One test for all entries of ``Resource``, or with ``negated`` of ``NotResource``: 2.2."""
    if any(pattern.text == "*" for pattern in patterns):
        return lambda resource, context: not negated
    usable = [pattern for pattern in patterns if pattern.is_usable]
    variable = [pattern for pattern in usable if not pattern.template.is_static]
    static = compile_any(pattern.template.static_tokens for pattern in usable if pattern.template.is_static)
    if not variable and not negated:
        return lambda resource, context: resource != "*" and static(resource)

    def covers(resource: str, context: Context) -> bool:
        found = resource != "*" and (
            static(resource) or any(pattern.matches_substituted(resource, context) for pattern in variable)
        )
        return found is not negated

    return covers


def _field_tokens(text: str) -> tuple[Token, ...]:
    """Wildcards of one of the first five fields stay inside it, but for a ``*`` that ends it (2.2, rule 6)."""
    tokens = glob_tokens(text, in_field=True)
    if tokens and tokens[-1] is Wild.STAR_IN_FIELD:
        return (*tokens[:-1], Wild.STAR)
    return tokens


@dataclass(frozen=True)
class PrincipalEntry:
    """One entry of ``Principal`` or ``NotPrincipal``: its type (``AWS``, ``Service``, …) and its value.

    The principal ``"*"`` is the entry ``AWS``, ``*``, which means the same. ``bound_id`` is the unique id that IAM
    stored for a user or role ARN when the policy was saved; None when it was not bound.
    """

    type: str
    value: str
    span: Span = field(compare=False)
    bound_id: str | None = None

    @property
    def is_everyone(self) -> bool:
        """Whether it is ``"*"`` or ``{"AWS": "*"}``."""
        return self.type == "AWS" and self.value == "*"

    @cached_property
    def account(self) -> str | None:
        """The account that it delegates to: a bare account id, or the ARN of an account's root."""
        if self.type != "AWS":
            return None
        if self.value.isdecimal() and len(self.value) == 12:
            return self.value
        fields = split_fields(self.value)
        is_root = len(fields) == FIELDS and fields[0] == "arn" and fields[2:4] == ["iam", ""] and fields[5] == "root"
        return fields[4] if is_root else None

    @property
    def text(self) -> str:
        """How it reads in a sentence."""
        return self.value if self.type == "AWS" else f"{self.type} {self.value}"
