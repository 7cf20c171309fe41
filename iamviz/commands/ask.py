"""`iamviz can`, `who-can`, `reach`: questions to a loaded account. Every answer names the statement that decides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from iamviz.commands.common import (
    Accounts,
    AsJson,
    Asked,
    Exit,
    Loaded,
    Page,
    Redact,
    fail,
    lede,
    load,
    say,
    say_json,
    some_actions,
    some_people,
    terminal_width,
    write,
)
from iamviz.commands.why import context_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from iamviz.pictures.asked import AskedPicture, ReachPicture
    from iamviz.pictures.page import Section

__all__ = ["CAN_HELP", "REACH_HELP", "WHO_CAN_HELP", "can", "reach", "who_can"]

CAN_HELP = """Say what somebody can do: one action on one resource, or everything.

WHO is a user or a role: its name, its label or its ARN. Without ACTION all actions of AWS are decided and counted by
service and access level; --json lists them. Without RESOURCE the answer is for some resource at least. Where it depends
on what the account's files do not tell (MFA, source address, tags), it says on what, and never rounds to yes or no;
--context tells it.

The exit code is 0 for allowed, 1 for denied, 3 when it depends, 2 when something given cannot be used.

\b
Examples:
  iamviz can Deploy s3:DeleteObject arn:aws:s3:::reports/q3.csv --account account.json
  iamviz can ana iam:PassRole --account account.json --context aws:MultiFactorAuthPresent=true
  iamviz can ana --account account.json
"""
WHO_CAN_HELP = """Say who can do something: every user and role, and whom a resource's own policy lets in from outside.

For sts:AssumeRole the resource may be a role's name: both sides are decided.

The exit code is 0 when somebody can for certain, 1 when nobody can, 3 when all who can are under conditions.

\b
Examples:
  iamviz who-can s3:DeleteBucket arn:aws:s3:::reports --account account.json
  iamviz who-can sts:AssumeRole Deploy --account account.json
"""
REACH_HELP = """Say which roles somebody can become, directly or through other roles.

Each hop is decided on both sides. The shortest sure way is told; a way that depends on something says on what.

The exit code is 0 when some role can be reached for certain, 1 when none can, 3 when all ways are under conditions.

\b
Examples:
  iamviz reach ana --account account.json
  iamviz reach ana --account account.json --html reach.html
"""
MOST_WAYS = 3
_CODES = {"allowed": Exit.YES, "denied": Exit.NO, "depends": Exit.DEPENDS}

Who = Annotated[
    str, typer.Argument(metavar="WHO", help="A user or role: name, label or ARN.", autocompletion=some_people)
]
Context = Annotated[
    list[str] | None, typer.Option("--context", metavar="KEY=VALUE", help="A condition key of the request, told.")
]


def can(
    who: Who,
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help="Such as s3:GetObject.", autocompletion=some_actions)
    ] = "",
    resource: Annotated[str, typer.Argument(metavar="RESOURCE", help="An ARN, or * itself.")] = "",
    account: Accounts = None,
    context: Context = None,
    redact: Redact = None,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Say what somebody can do: one action on one resource, or everything."""
    from iamviz.accounts.asker import principal_arn
    from iamviz.pictures.asked import allowed_picture

    if action and page is not None:
        fail("--html shows all that somebody can do: leave ACTION out, or ask iamviz who-can for a page of one action")
    asked = Asked(resource, context_of(context))
    loaded = load(account, redact, page, asked)
    try:
        arn, asked = loaded.of(principal_arn(loaded.plain, who)), loaded.of(asked)
        if not action or not asked.resource:
            answer = allowed_picture(loaded.world, arn)
        if not action:
            _show(loaded, answer, as_json, page, "" if as_json else _counts(answer))
            return
        told = _one(loaded, arn, action, asked) if asked.resource else _some(loaded, answer, arn, action, asked.context)
    except ValueError as error:
        fail(str(error))
    if as_json:
        say_json(told)
    else:
        say(_told(told))
    raise typer.Exit(_CODES[told["verdict"]])


def _counts(answer: AskedPicture) -> str:
    """How many actions by service and access level, and what is not known."""
    from iamviz.accounts.allowed import LEVELS
    from iamviz.accounts.answers import not_known

    counts: dict[str, dict[str, int]] = {}
    for action, level in {row["action"]: row["access level"] for row in answer.rows}.items():
        of_service = counts.setdefault(action.partition(":")[0], {})
        of_service[level] = of_service.get(level, 0) + 1
    width = max(map(len, counts), default=0)
    lines = [answer.sentence, "", f"{'service':{width}}" + "".join(f"  {level:>7}" for level in LEVELS)]
    for service in sorted(counts):
        numbers = (counts[service].get(level, 0) for level in LEVELS)
        cells = (f"  {number or '·':>{max(len(level), 7)}}" for level, number in zip(LEVELS, numbers, strict=True))
        lines.append(f"{service:{width}}" + "".join(cells))
    return "\n".join([*lines, *not_known(answer.unknowns)])


def _one(loaded: Loaded, arn: str, action: str, asked: Asked) -> dict[str, Any]:
    """The verdict on one action and one resource, with what decides it."""
    from iamviz.accounts.answers import allow_of
    from iamviz.accounts.asker import asker
    from iamviz.accounts.granted import granted_by
    from iamviz.calls.ask import ask
    from iamviz.calls.hints import decision_hints
    from iamviz.catalogue import action_info

    _check_action(action)
    caller = asker(loaded.world, arn)
    resource = asked.resource
    info = action_info(action)
    verdict = caller.decide(action, resource, asked.context)
    said = allow_of(verdict, caller.policies.identity, action) or granted_by(caller, verdict, action, resource)
    known = [] if info else [f"{_no_action(action)}: it is decided as policies with wildcards see it"]
    told: dict[str, Any] = {
        "who": arn,
        "action": info.name if info else action,
        "resource": resource,
        "verdict": verdict.answer.value,
        "sentence": verdict.sentence,
        "depends_on": list(verdict.depends),
        "statement": str(said or ""),
        "why": "",
        "change": [],
        "unknown": [*known, *loaded.world.unknowns],
    }
    if verdict.answer.value == "denied":
        decision = ask(loaded.world, arn, told["action"], resource, context=asked.context)
        if not decision.allowed:
            told["why"] = decision.explain().sentence
            told["change"] = [str(hint) for hint in decision_hints(decision)]
    return told


def _some(
    loaded: Loaded, answer: AskedPicture, arn: str, action: str, context: Mapping[str, str | list[str]]
) -> dict[str, Any]:
    """The verdict on one action for some resource at least."""
    from iamviz.accounts.allowed import AllowedActions, told_more
    from iamviz.catalogue import action_info

    _check_action(action)
    info = action_info(action)
    if info is None:
        fail(_no_action(action))
    allowed = answer.answer
    assert isinstance(allowed, AllowedActions), "what allowed_picture shows"
    of_action = [group for group in allowed.groups if info.name in group.actions]
    if context:
        of_action = list(told_more(loaded.world, arn, info.name, of_action, context))
    groups = sorted(of_action, key=lambda group: bool(group.depends))
    best = groups[0] if groups else None
    verdict = "denied" if best is None else "depends" if best.depends else "allowed"
    alike = [group.resources for group in groups if best is not None and group.depends == best.depends]
    where = ", ".join(dict.fromkeys(resource for resources in alike for resource in resources))
    told = {"allowed": f"allowed on {where}", "depends": f"{best.verdict if best else ''}, on {where}"}
    return {
        "who": arn,
        "action": info.name,
        "resource": "",
        "verdict": verdict,
        "sentence": told.get(verdict, verdict),
        "depends_on": list(best.depends) if best else [],
        "statement": str(best.said or "") if best else "",
        "why": f"no policy of it allows this action on any resource{' then' * bool(context)}" * (verdict == "denied"),
        "change": [],
        "unknown": list(answer.unknowns),
    }


def _no_action(action: str) -> str:
    """That the catalogue lacks an action, and which one may be meant."""
    from iamviz.catalogue import actions_of, nearest

    service = action.partition(":")[0].lower()
    near = nearest(action, [f"{service}:{name}" for name in actions_of(service)])
    return f"{action} is not an action of AWS that iamviz knows{f'; did you mean {near}?' if near else ''}"


def _check_action(action: str) -> None:
    service, colon, name = action.partition(":")
    if not (service and colon and name) or "*" in action or "?" in action:
        fail(f"{action} is not an action; expected service:Action, such as s3:GetObject (leave it out for all of them)")


def _told(told: dict[str, Any]) -> str:
    from iamviz.accounts.answers import not_known

    on = f" on {told['resource']}" if told["resource"] else ""
    verdict = "denied" if told["verdict"] == "denied" else told["sentence"]
    lines = [f"{told['who']}, {told['action']}{on}: {verdict}"]
    lines += [f"  by {told['statement']}"] if told["statement"] and told["verdict"] != "denied" else []
    lines += [f"  {told['why']}"] if told["why"] else []
    for change in told["change"]:
        first, *rest = change.split("\n")
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return "\n".join([*lines, *not_known(told["unknown"])])


def who_can(
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help="Such as s3:DeleteBucket.", autocompletion=some_actions)
    ],
    resource: Annotated[str, typer.Argument(metavar="RESOURCE", help="An ARN; for sts:AssumeRole a role.")] = "*",
    account: Accounts = None,
    redact: Redact = None,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Say who can do something."""
    from iamviz.accounts.asker import principal_arn
    from iamviz.pictures.asked import who_can_picture

    loaded = load(account, redact, page, resource)
    try:
        if action.lower() == "sts:assumerole" and not resource.startswith("arn:"):
            resource = principal_arn(loaded.plain, resource)
        answer = who_can_picture(loaded.world, action, loaded.of(resource))
    except ValueError as error:
        fail(str(error))
    _show(loaded, answer, as_json, page)
    _end(answer)


def reach(
    who: Who, account: Accounts = None, redact: Redact = None, as_json: AsJson = False, page: Page = None
) -> None:
    """Say which roles somebody can become."""
    from iamviz.accounts.asker import principal_arn
    from iamviz.pictures.asked import reach_picture

    loaded = load(account, redact, page)
    try:
        answer = reach_picture(loaded.world, loaded.of(principal_arn(loaded.plain, who)))
    except ValueError as error:
        fail(str(error))
    _show(loaded, answer, as_json, page, more=_ways(answer) if page is not None else [])
    _end(answer)


def _ways(answer: ReachPicture) -> list[Section]:
    """The longest ways as stories that the engine plays."""
    from iamviz.pictures.page import Fold
    from iamviz.pictures.story_frames import stepper_picture

    folds = []
    longest = sorted(answer.reach.reached, key=lambda found: -found.hops)[:MOST_WAYS]
    for number, found in enumerate(longest, 1):
        story = answer.story(found.role)
        if story is not None:
            folds.append(
                Fold(f"{story.title}: {found.verdict}", stepper_picture(story, f"way-{number}"), open=number == 1)
            )
    return [("How it would go", folds)] if folds else []


def _show(
    loaded: Loaded, answer: AskedPicture, as_json: bool, page: Any, text: str = "", more: Sequence[Section] = ()
) -> None:
    """Print an answer (``text`` in place of its own), and write its page where one is wanted, ``more`` below it."""
    from iamviz.pictures.page import page_html

    if page is not None:
        write(page, page_html(answer.answer.question, lede(loaded), [("", [answer]), *more]))
    if as_json:
        say_json(json.loads(answer.to_json()))
    else:
        say(text or answer.answer.text(terminal_width()))


def _end(answer: AskedPicture) -> None:
    """Leave with the exit code of an answer that lists who or what may."""
    verdicts = [row["verdict"] for row in answer.rows]
    if not verdicts:
        raise typer.Exit(Exit.NO)
    if "allowed" not in verdicts:
        raise typer.Exit(Exit.DEPENDS)
