"""Why AWS refused: from the error's own text, and from the loaded account where there is one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from iamviz.accounts.asker import WITHOUT_POLICIES, asker
from iamviz.accounts.trust import role_of_session
from iamviz.accounts.why_errors import known_error
from iamviz.accounts.why_parse import Denial, ErrorText, WhyError, parse_error
from iamviz.accounts.why_proves import a_policy, left_open, proofs, suggestion, things_to_see, title
from iamviz.arn import is_role_arn, split_fields
from iamviz.calls.actors import Actor
from iamviz.calls.authorize import decide
from iamviz.calls.hints import Hint, decision_hints
from iamviz.calls.model import Call
from iamviz.catalogue import nearest
from iamviz.engine.decision import Decision, Outcome
from iamviz.engine.depends import Answer
from iamviz.engine.explain import Explanation
from iamviz.engine.request import Caller, CallerKind
from iamviz.engine.trace import StatementTrace
from iamviz.engine.wording import policy_name
from iamviz.world.callers import role_caller, root_caller, session_caller, user_caller
from iamviz.world.world import World

__all__ = ["Why", "WhyError", "why"]

LONGEST_SENTENCE = 300
_AGREES = "The loaded account comes to the same answer."


@dataclass(frozen=True)
class Why:
    """What an error means. Each part is a tuple of sentences, empty where there is nothing to say.

    ``title`` says it in one line, ``proves`` what the text alone proves, ``account`` what the loaded account says,
    ``change`` what to change (each with a statement ready to paste where one helps), ``beside`` what an Allow alone
    would not fix, ``look`` where to look, ``unknown`` what could not be known here. ``known`` is False for an error
    that iamviz does not know. ``decision`` is the engine's own, when an account was given and the caller is in it.
    """

    error: ErrorText
    title: str
    known: bool = True
    proves: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    change: tuple[Hint, ...] = ()
    beside: tuple[str, ...] = ()
    look: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    decision: Decision | None = None

    @property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(heading, sentences) of each part that says something, in the order in which they are read."""
        parts = (
            ("What the text proves", self.proves),
            ("What the loaded account says", self.account),
            ("What to change", tuple(map(str, self.change))),
            ("What an Allow alone would not fix", self.beside),
            ("Where to look", self.look),
            ("What is not known here", self.unknown),
        )
        return tuple((heading, sentences) for heading, sentences in parts if sentences)

    def __str__(self) -> str:
        lines = [f"{self.error.code}: {self.title}" if self.error.code else self.title]
        if self.error.message:
            lines += ["", f"  {self.error.message}"]
        for heading, sentences in self.sections:
            lines += ["", heading]
            for sentence in sentences:
                first, *rest = sentence.split("\n")
                lines += [f"  - {first}", *(f"    {line}" for line in rest)]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        denial, decision = self.error.denial, self.decision
        return {
            "title": self.title,
            "known": self.known,
            "code": self.error.code,
            "operation": self.error.operation,
            "message": self.error.message,
            "authorization_id": self.error.authorization_id,
            "denial": _denial_dict(denial) if denial else None,
            "proves": list(self.proves),
            "account": list(self.account),
            "change": [
                {"side": h.side, "sentence": h.sentence, "statement": dict(h.statement) if h.statement else None}
                for h in self.change
            ],
            "beside": list(self.beside),
            "look": list(self.look),
            "unknown": list(self.unknown),
            "outcome": decision.outcome.value if decision else None,
        }


def _denial_dict(denial: Denial) -> dict[str, Any]:
    return {
        "principal": denial.principal,
        "action": denial.action,
        "resource": denial.resource,
        "policy_type": denial.kind.value if denial.kind else None,
        "explicit": denial.explicit,
        "policy": denial.policy,
        "context": {key: list(values) for key, values in sorted(denial.context.items())},
    }


def why(
    text: str, world: World | None = None, *, resource: str = "", context: Mapping[str, str | list[str]] | None = None
) -> Why:
    """Explain an error of AWS.

    ``text`` is the error as AWS, a client, CloudTrail or ``aws sts decode-authorization-message`` prints it. With a
    ``world`` (`iamviz.load` of an account dump) the request is decided again there. ``resource`` names the resource
    where the sentence does not, ``context`` gives condition keys of the request (``aws:SourceIp`` …). Raises WhyError
    for a text that holds no error.

    >>> print(why("An error occurred (AccessDenied) when calling the AssumeRole operation: "
    ...           "Roles may not be assumed by root accounts.").title)
    the root user cannot assume a role
    """
    error = parse_error(text)
    found = known_error(error.code, error.message or text)
    if error.denial is None:
        if found is None:
            look = tuple(_broken_json(text))
            return Why(error, "iamviz does not know this error", known=False, look=(*look, _UNKNOWN))
        look = () if error.encoded else found.look
        return Why(error, found.name, proves=(found.means,), look=(*look, *_pointers(error)))
    denial = error.denial
    if world is None:
        hint = suggestion(denial)
        return Why(
            error,
            title(denial),
            proves=tuple(proofs(denial)),
            change=(hint,) if hint else (),
            beside=tuple(left_open(denial)),
            look=(*things_to_see(denial), *_pointers(error)),
        )
    return _in_account(error, denial, world, resource or denial.resource, {**denial.context, **(context or {})})


_UNKNOWN = (
    "Give the whole message as AWS sent it, with its code; the sentences of access denials, the errors of STS and IAM, "
    "CloudTrail events and decoded authorization messages are understood."
)


def _broken_json(text: str) -> Iterator[str]:
    """Where a text that begins like JSON stops to be it."""
    if text.strip()[:1] in ("{", "["):
        try:
            json.loads(text)
        except json.JSONDecodeError as broken:
            yield f"The text begins like JSON and is none: line {broken.lineno}, column {broken.colno}: {broken.msg}."
        except (ValueError, RecursionError):
            return


def _pointers(error: ErrorText) -> Iterator[str]:
    if error.encoded:
        yield (
            "aws sts decode-authorization-message --encoded-message "
            f"{error.encoded[:24]}{'…' * (len(error.encoded) > 24)}"
            " --query DecodedMessage --output text says more; give its output to iamviz why. It needs "
            "sts:DecodeAuthorizationMessage."
        )
    if error.authorization_id:
        yield (
            f"AWS's Access Troubleshooter knows this refusal as {error.authorization_id} "
            "(iam:GetAuthorizationDetails, permission iam:TroubleshootAccess)."
        )


# ── with a loaded account ──


def _in_account(error: ErrorText, denial: Denial, world: World, resource: str, context: Mapping[str, Any]) -> Why:
    look = [
        thing for thing in things_to_see(denial) if resource not in world.roles or "Does the role exist" not in thing
    ]
    base = Why(error, title(denial), proves=tuple(proofs(denial)), look=(*look, *_pointers(error)))
    actor = _actor(world, denial.principal)
    hint = suggestion(denial)
    undecided = replace(base, change=(hint,) if hint else (), beside=tuple(left_open(denial)))
    if actor is None or actor.caller is None:
        return replace(undecided, unknown=(_missing(denial),))
    if not resource and denial.action.lower() in ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity"):
        ask = "The sentence does not name the role: give its ARN as the resource, and the account can be asked."
        return replace(undecided, unknown=(ask,))
    if denial.cut and not resource:
        ask = (
            f"The sentence breaks off in the resource, {denial.cut}: give the whole ARN, and the account can be asked."
        )
        return replace(undecided, unknown=(ask,))
    call = Call(denial.principal, denial.action, {"Resource": resource or "*"}, context=_context(context))
    decision = decide(world, actor, call, denial.action, resource or "*", world.policy_at(resource))
    explanation = decision.explain()
    depends = tuple(_depends(world, actor, denial, resource, context))
    return replace(
        base,
        account=(
            *_missing_role(world, resource),
            *depends,
            *_account_says(denial, decision, explanation, bool(depends)),
        ),
        change=(*_named_by_aws(denial, explanation), *decision_hints(decision)),
        beside=tuple(_beside(denial, decision, explanation)),
        unknown=tuple(_not_known(world, actor, explanation, resource)),
        decision=decision,
    )


def _context(context: Mapping[str, Any]) -> dict[str, str | list[str]]:
    return {key: value if isinstance(value, str) else list(value) for key, value in context.items()}


def _missing(denial: Denial) -> str:
    who = denial.principal or "The caller"
    return f"{who} is not in the loaded account, so nothing could be decided there: load the dump of its account."


def _actor(world: World, principal: str) -> Actor | None:
    """The caller that an ARN in an error message stands for."""
    if principal in world.users:
        user = world.users[principal]
        return Actor(user_caller(world, user), user.account)
    for key in sorted(world.sessions):
        session = world.sessions[key]
        caller = session_caller(world, session) if session.arn == principal else None
        if caller is not None and session.is_role_session:
            return Actor(caller, session.account, session)
    fields = split_fields(principal)
    if len(fields) != 6:
        return (
            Actor(Caller(CallerKind.SERVICE, principal, "", service=principal), "") if _is_service(principal) else None
        )
    kind, _, rest = fields[5].partition("/")
    if kind == "root" and fields[4] in world.accounts:
        return Actor(root_caller(world, fields[4]), fields[4])
    role = world.roles.get(role_of_session(world, principal))
    return Actor(role_caller(world, role, rest.partition("/")[2]), role.account) if role else None


def _is_service(principal: str) -> bool:
    return principal.endswith(".amazonaws.com") and " " not in principal


def _missing_role(world: World, resource: str) -> Iterator[str]:
    """Whether the role of the request is in the loaded account; AWS answers a missing one like a refused one."""
    fields = split_fields(resource)
    if not is_role_arn(resource) or resource in world.roles or fields[4] not in world.accounts:
        return
    names = {arn.rpartition("/")[2]: arn for arn in sorted(world.roles) if split_fields(arn)[4] == fields[4]}
    near = nearest(resource.rpartition("/")[2], names)
    hint = f" There is {names[near]}: compare path and letter case." if near else ""
    yield f"The loaded account {fields[4]} has no role {resource}.{hint}"


def _depends(world: World, actor: Actor, denial: Denial, resource: str, context: Mapping[str, Any]) -> Iterator[str]:
    """Whether the loaded account's answer depends on what neither its files nor the error tell."""
    caller = actor.caller
    arn = (caller.role_arn or caller.arn) if caller else ""
    if arn not in world.users and arn not in world.roles:
        return
    verdict = asker(world, arn).decide(denial.action, resource or "*", _context(context))
    if verdict.answer is Answer.DEPENDS:
        yield (
            f"In the loaded account it {verdict.sentence}. AWS refused the request, so look there "
            "first: below, what is "
            "not told is taken as absent."
        )


def _account_says(denial: Denial, decision: Decision, explanation: Explanation, depends: bool) -> Iterator[str]:
    if decision.allowed:
        told = " with everything absent that is not told" if depends else ""
        yield (
            f"By what the loaded account holds, {denial.action} would be allowed{told}: "
            f"{explanation.sentence}. So what "
            "refused it is not in there, or the account has changed since it was loaded."
        )
        return
    named = decision.reason.policy
    if denial.kind is None:
        yield _sentence(explanation)
    elif named is denial.kind and (decision.outcome is Outcome.EXPLICIT_DENY) == bool(denial.explicit):
        yield f"{_AGREES} {_sentence(explanation)}"
    elif denial.kind in {gate.kind for gate in explanation.closed}:
        yield f"The {policy_name(denial.kind)} that AWS names refuses here too. {_sentence(explanation)}"
    else:
        found = policy_name(named) if named else "another rule"
        yield (
            f"AWS names {a_policy(denial.kind)}; the loaded account is stopped elsewhere, by its {found}: "
            f"{explanation.sentence}. What AWS names may not be in what was loaded."
        )
    for trace in explanation.deciding:
        yield f"Deciding: {_place(trace)}."
    for trace in _near(explanation):
        yield f"Nearest: {_place(trace)}: {_short(trace.sentence)}."


def _near(explanation: Explanation) -> list[StatementTrace]:
    """The statements that speak of the action and miss by something else: the others are no near misses to a reader."""
    speaking = (t for t in explanation.near_misses if any(e.matched and "Action" in e.name for e in t.elements))
    return list(speaking)[:3]


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[:LONGEST_SENTENCE].rsplit(' ', 1)[0]} …"


def _place(trace: StatementTrace) -> str:
    span = trace.statement.span
    return f"{trace.policy.label}, {trace.statement.label}, line {span.line} ({trace.statement.effect.value})"


def _sentence(explanation: Explanation) -> str:
    """The explanation's sentence with a capital letter, unless it begins with a policy's own name."""
    text = explanation.sentence
    names = {trace.policy.name for trace in explanation.statements if " " not in trace.policy.name}
    first = text.partition(" ")[0].rstrip(",")
    return f"{text}." if first in names else f"{text[:1].upper()}{text[1:]}."


def _named_by_aws(denial: Denial, explanation: Explanation) -> Iterator[Hint]:
    """What would open the policy that AWS names, where the loaded account does not hold it."""
    hint = suggestion(denial)
    if hint is not None and denial.kind not in {gate.kind for gate in explanation.closed}:
        yield hint


def _beside(denial: Denial, decision: Decision, explanation: Explanation) -> Iterator[str]:
    """Whether the change of one policy is enough in the loaded account."""
    if decision.allowed:
        yield from left_open(denial)
        return
    if decision.outcome is Outcome.EXPLICIT_DENY:
        yield "A Deny wins over every Allow: it must go, or its condition must exempt this request."
        return
    closed = explanation.closed
    if denial.kind is not None and denial.kind not in {gate.kind for gate in closed}:
        yield (
            f"AWS itself stopped at {a_policy(denial.kind)}: opening the loaded account's own gates does not touch it."
        )
    elif len(closed) > 1:
        titles = " and ".join(gate.title.lower() if gate.title not in ("SCP", "RCP") else gate.title for gate in closed)
        yield f"All of them must say yes, one alone is not enough: {titles}."
    elif closed:
        yield f"Nothing else in the loaded account is closed for this request but the {closed[0].title.lower()}."


def _not_known(world: World, actor: Actor, explanation: Explanation, resource: str) -> Iterator[str]:
    account = actor.caller.account if actor.caller else ""
    if account and not world.account(account).scps:
        yield f"No SCPs were loaded for {account}; an SCP may stop the request as well."
    if actor.caller and actor.caller.kind is CallerKind.ROLE_SESSION and actor.session is None:
        yield "A session policy, if one was passed when the session began, is not in the account's dump."
    service = split_fields(resource)[2] if resource.startswith("arn:") else ""
    if service and service not in WITHOUT_POLICIES and world.resource_of(resource) is None:
        yield f"The policy of {resource} was not loaded, if it has one."
    if not resource:
        yield 'The sentence names no resource; the account was asked for "*".'
    keys = sorted(
        {
            row.row.key
            for trace in explanation.statements
            if all(element.matched for element in trace.elements)
            for row in trace.conditions
            if row.got is None
        }
    )
    if keys:
        yield (
            f"Condition keys that policies ask for and the error does not tell: {', '.join(keys)}. Give "
            "them as context."
        )
