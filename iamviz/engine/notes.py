"""Where an explanation rests on something that AWS does not document: each such rule, named when it took part.

The choices are those of docs/limits.md; the questions are in docs/rules/policy_evaluation.md, section 7.
"""

import re
from collections.abc import Iterable, Iterator

from iamviz.arn import FIELDS, split_fields
from iamviz.engine.decision import Outcome, Special
from iamviz.engine.explain import Explanation
from iamviz.engine.principals import MatchKind, entry_match, unlisted
from iamviz.engine.request import Caller, CallerKind, Request
from iamviz.engine.trace import ConditionTrace, StatementTrace
from iamviz.policy.conditions import Qualifier
from iamviz.policy.model import Effect, PolicyKind, Statement
from iamviz.policy.variables import Context, Template, Variable

__all__ = ["absent_keys", "notes"]

_YEAR = re.compile(r"\d{4}", re.ASCII)
_ODD_EPOCH = re.compile(r"[+-]\d+(?:\.\d+)?|\d+\.\d+", re.ASCII)
UNDOCUMENTED = "AWS does not document this: "


def absent_keys(explanation: Explanation) -> tuple[str, ...]:
    """The condition keys that statements asked for and the request does not have, in order."""
    found = (row.row.key for trace in explanation.statements for row in trace.conditions if row.got is None)
    return tuple(dict.fromkeys(found))


def notes(explanation: Explanation) -> tuple[str, ...]:
    """The undocumented or contradictory rules that took part, one sentence each; usually none."""
    request = explanation.decision.request
    # A boundary keeps NotPrincipal from exempting anybody, which AWS says (2.4).
    capped = explanation.decision.policies.boundary is not None and request.caller.has_identity_side
    found = (
        *_about_the_request(explanation),
        *(note for trace in explanation.statements for note in _about_a_statement(trace, request, capped)),
    )
    return tuple(dict.fromkeys(UNDOCUMENTED + sentence for sentence in found))


def _about_the_request(explanation: Explanation) -> Iterator[str]:
    decision = explanation.decision
    request, policies = decision.request, decision.policies
    if request.is_trust and request.caller.kind is CallerKind.USER and policies.boundary is not None:
        named = request.caller.arn in {e.value for s in _trust_statements(explanation) for e in s.principals or ()}
        if named:
            yield "whether the boundary of a user that a trust policy names must allow the action (taken as yes; 5.4)"
    if decision.outcome is Outcome.EXPLICIT_DENY and len({trace.kind for trace in explanation.deciding}) > 1:
        yield "which kind of policy a message names when several deny (6.1)"
    if _capped_direct_grant(explanation):
        yield "which kind of policy a message names when a grant to the caller is capped (the one that caps; 6.1)"
    if policies.endpoint is not None:
        if decision.reason.special is Special.CALLER_IDENTITY:
            yield "whether a VPC endpoint policy can stop GetCallerIdentity (taken as no; 5.2)"
        elif decision.reason.special is None:
            yield "where a VPC endpoint policy stands in the order (5.1)"


def _capped_direct_grant(explanation: Explanation) -> bool:
    """Whether the resource grants to the caller itself, and a boundary or session policy does not allow (5.4)."""
    decision = explanation.decision
    capped = decision.reason.policy in (PolicyKind.BOUNDARY, PolicyKind.SESSION)
    if not capped or decision.outcome is not Outcome.IMPLICIT_DENY or not decision.request.same_account:
        return False
    allows = [trace for trace in explanation.statements if trace.applies and trace.statement.effect is Effect.ALLOW]
    kinds = {trace.kind for trace in allows}
    return PolicyKind.IDENTITY not in kinds and bool(kinds & {PolicyKind.RESOURCE, PolicyKind.TRUST})


def _trust_statements(explanation: Explanation) -> Iterator[Statement]:
    policy = explanation.decision.policies.resource
    yield from policy.statements if policy is not None else ()


def _about_a_statement(trace: StatementTrace, request: Request, capped: bool) -> Iterator[str]:
    statement = trace.statement
    if statement.not_principal and not capped and _half_listed(statement, request.caller):
        yield "what NotPrincipal does when the account or the role behind a caller is not listed (strictly; 2.4)"
    if any("*" in prefix or "?" in prefix for prefix in _prefixes(trace)):
        yield "a wildcard in the service prefix of an action (both halves are matched; 1.5)"
    if trace.kind is PolicyKind.TRUST and statement.effect is Effect.ALLOW and _everyone(trace) and not trace.applies:
        yield "whether * in the Allow of a trust policy covers services and federated callers (taken as no; 2.3)"
    if trace.kind is PolicyKind.RESOURCE and statement.effect is Effect.ALLOW and _everyone(trace):
        yield "whether * outside of a trust policy covers an OIDC or SAML caller (taken as no; 2.3)"
    if trace.kind is PolicyKind.ENDPOINT and trace.applies and _by_account(statement, request.caller):
        yield "whether an account in an endpoint policy means all its principals or its root user (taken as all; 1.6)"
    for pattern in statement.resources or ():
        if pattern.text != "*" and len(split_fields(pattern.text)) < FIELDS and not pattern.fill:
            yield "an incomplete ARN outside of identity-based policies (2.2)"
    if trace.kind is PolicyKind.RESOURCE and statement.resources is None:
        yield "a statement without Resource (taken to cover what its policy is attached to; 1.2)"
    to_everyone = statement.effect is Effect.ALLOW and any(entry.is_everyone for entry in statement.principals or ())
    serves = trace.kind is PolicyKind.RESOURCE and request.caller.kind is CallerKind.SERVICE
    if serves and to_everyone and trace.applies:
        yield "whether * in an Allow covers service principals (taken as yes; 2.3)"
    templates = [pattern.template for pattern in statement.resources or ()]
    templates += [template for row in trace.conditions for template in row.row.templates]
    yield from _about_variables(templates, request.values)
    if statement.not_resource and any(p.template.tokens(request.values) is None for p in statement.resources or ()):
        yield "a variable without a value in NotResource (its entry matches nothing; 3.9)"
    for row in trace.conditions:
        yield from _about_a_condition(row)


def _about_variables(templates: Iterable[Template], context: Context) -> Iterator[str]:
    variables = {part for template in templates for part in template.parts if isinstance(part, Variable)}
    for variable in sorted(variables, key=lambda variable: variable.key):
        value = variable.value(context)
        if value and ("*" in value or "?" in value):
            yield f"wildcards in the value of a variable ({variable.key}: taken as literal text; 3.9)"
        if value == "" and variable.default:
            yield f"the default of a variable whose key is there but empty ({variable.key}: not used; 3.9)"


def _prefixes(trace: StatementTrace) -> Iterator[str]:
    for action in trace.statement.actions:
        prefix, colon, _ = action.text.partition(":")
        if colon:
            yield prefix


def _everyone(trace: StatementTrace) -> bool:
    missed = any(part.name == "Principal" for part in trace.elements if not part.matched)
    return missed and any(entry.is_everyone for entry in trace.statement.principals or ())


def _half_listed(statement: Statement, caller: Caller) -> bool:
    """Whether NotPrincipal lists the caller, its role or its user, and leaves out another of its identities."""
    entries = statement.principals or ()
    listed = {entry_match(entry, caller) for entry in entries} - {None, MatchKind.ACCOUNT}
    return bool(listed and unlisted(entries, caller))


def _by_account(statement: Statement, caller: Caller) -> bool:
    """Whether Principal covers a caller by an entry for its whole account alone."""
    entries = statement.principals or ()
    if statement.not_principal or caller.kind is CallerKind.ROOT:
        return False
    return {entry_match(entry, caller) for entry in entries} - {None} == {MatchKind.ACCOUNT}


def _about_a_condition(trace: ConditionTrace) -> Iterator[str]:
    row = trace.row
    operator, qualifier, if_exists = row.parsed
    if operator.name == "Null":
        return
    if qualifier is Qualifier.NONE and trace.got is not None and row.is_multivalued:
        yield f"a multivalued key without a set operator ({row.key}: taken as no match; 3.3)"
    if qualifier is Qualifier.ANY and if_exists and trace.got is None:
        yield f"ForAnyValue with IfExists and an absent key ({row.key}: taken as true; 3.3)"
    if not row.values and (operator.negated or qualifier is Qualifier.NONE):
        yield f"an empty list of values ({row.key}; 3.8)"
    if operator.name.startswith("Arn") and any(len(split_fields(value)) < FIELDS for value in row.values):
        yield f"an ARN operator with a pattern that is no ARN ({row.key}: taken as no match; 3.7)"
    if operator.name.startswith("Date") and any(_YEAR.fullmatch(text) for text in (*row.values, *(trace.got or ()))):
        yield f"a bare number of four digits as a date ({row.key}: taken as a year; 3.5)"
    if operator.name.startswith("Date") and any(
        _ODD_EPOCH.fullmatch(text) for text in (*row.values, *(trace.got or ()))
    ):
        yield f"epoch seconds with a sign or a fraction ({row.key}: taken as a number; 3.5)"
    if operator.name == "Bool" and any(isinstance(part, Variable) for t in row.templates for part in t.parts):
        yield f"a policy variable under Bool ({row.key}; 3.2)"
