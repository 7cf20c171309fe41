"""The parts of a frame, each from one step: caption, evidence, lifelines, credentials, command and answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from iamviz.calls.command_line import command_line
from iamviz.pictures.arn_anatomy import arn_lines
from iamviz.pictures.card import CardField, CredentialCard, arns, card, card_text, cards
from iamviz.pictures.errors import PictureError
from iamviz.pictures.evidence import (
    MOST_LINES,
    condition_rows,
    gates_html,
    lock_html,
    policy_quote,
    reason_words,
    statement_quote,
    telling_clause,
)
from iamviz.pictures.frame import before_after, bet_html, veiled
from iamviz.pictures.lifelines import Lamp, LifeRow, lifelines
from iamviz.pictures.map_builder import clock
from iamviz.pictures.marks import Mark, esc, inline
from iamviz.pictures.picture import Picture
from iamviz.pictures.quote import answer, change_quote
from iamviz.pictures.revocation import revocations
from iamviz.pictures.story_changes import SHOWN_AS_LINES, changed_policies, changes_of
from iamviz.pictures.story_map import error_told, outcome_mark
from iamviz.story.captions import CaptionPart, outcome_words
from iamviz.story.story import Step, Story
from iamviz.world.entities import User
from iamviz.world.ids import secret_access_key
from iamviz.world.sessions import Session
from iamviz.world.world import World

HALF_HOUR = timedelta(minutes=30)
FEW = 8
_VEIL_STARTS = (" and ", ": ", ":")


# ── the caption ──


def caption_html(step: Step) -> str:
    """The sentence, its names and its verdict in their colours; the verdict waits behind a veil while a bet is open."""
    parts = list(step.caption_parts)
    place = next((index for index, part in enumerate(parts) if part.verdict), None)
    if place is None or step.bet is None:
        return "".join(_part(part, step.outcome) for part in parts)
    head, tail = split_before_verdict(parts[place - 1].text if place else "")
    before = [*parts[: max(place - 1, 0)], CaptionPart(head)]
    hidden = _part(CaptionPart(tail), "") + _part(parts[place], step.outcome)
    after = "".join(_part(part, step.outcome) for part in parts[place + 1 :])
    return "".join(_part(part, step.outcome) for part in before) + veiled(hidden) + after


def split_before_verdict(text: str) -> tuple[str, str]:
    """What may be read before the bet, and what already gives the answer away ("and is")."""
    cut = max((text.rfind(mark) for mark in _VEIL_STARTS), default=-1)
    if cut < 0:
        return text, ""
    cut = len(text[:cut].rstrip(","))
    return text[:cut], text[cut:]


def _part(part: CaptionPart, outcome: str) -> str:
    if not part.kind:
        return esc(part.text)
    if part.verdict:
        return f'<b class="c-{part.kind} iv-verdict" data-outcome="{esc(outcome)}">{esc(part.text)}</b>'
    return f'<b class="c-{part.kind}">{esc(part.text)}</b>'


def quiet_verdict(step: Step) -> str:
    """The verdict for readers and tools where the caption does not name it; "" where it does."""
    if any(part.verdict for part in step.caption_parts):
        return ""
    words = "nothing is asked" if step.outcome == "none" else outcome_words(step.outcome)
    waits = "" if step.bet is None else " iv-after-b"
    return f'<p class="sr iv-verdict{waits}" data-outcome="{esc(step.outcome)}">{esc(words)}</p>'


# ── why ──


def why_html(step: Step) -> str:
    """The sentence beside the picture and its evidence; while a bet is open, the evidence without the answer."""
    told = f"<p>{inline(step.why)}</p>" if step.why else ""
    if step.call is None:
        return told + (card(session_card(step.session, step.clock)) if step.session else "")
    changes = _changes(step)
    if changes:
        return told + (changes if step.bet is None else f'<div class="iv-after-b">{changes}</div>')
    if step.decision is not None and step.decision.request.is_trust:
        lock = lock_html(step.decision, step.after, small=True)
        return told + (lock if step.bet is None else before_after(_trust_html(step), lock))
    if step.decision is None:
        reason = f"<p>{esc(reason_of(step))}</p>" if step.result and step.result.failed_check else ""
        return told or (reason if step.bet is None or not reason else f'<div class="iv-after-b">{reason}</div>')
    if step.bet is None:
        return (told or f"<p>{esc(reason_of(step))}</p>") + _evidence(step, highlights=True)
    question = "<p>This is what stands in the policy.</p>"
    after = f"<p>{esc(reason_of(step))}</p>" + _evidence(step, highlights=True)
    return told + before_after(question + _evidence(step, highlights=False), after)


def reason_of(step: Step) -> str:
    """Why AWS answered so: what the policies say, or what refused the call beside them; "" where nothing did."""
    decision, result = step.decision, step.result
    if decision is not None and decision.outcome.value == step.outcome:
        return reason_words(decision)
    failed = result.failed_check if result else None
    text = failed.sentence if failed else result.error.message if result and result.error else ""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def _evidence(step: Step, highlights: bool) -> str:
    decision = step.decision
    assert decision is not None
    explanation = decision.explain()
    traces = explanation.deciding or explanation.near_misses
    if not traces:
        return ""
    return statement_quote(traces[0], highlights)


def _trust_html(step: Step) -> str:
    """The trust policy that a bet on AssumeRole is about, nothing highlighted."""
    assert step.call is not None
    role = step.before.roles.get(step.call.params.get("RoleArn", ""))
    if role is None or role.trust is None:
        return "<p>There is no such role.</p>"
    said = "<p>This is what stands in the role's trust policy.</p>"
    return said + "".join(policy_quote(role.trust, statement.span, {}) for statement in role.trust.statements)


def _changes(step: Step) -> str:
    """What a step changed: the lines of policies that came and went, memberships, tags and keys."""
    quotes = [
        change_quote(f"<b>{esc(change.label)}</b>", change.lines(), MOST_LINES) for change in changed_policies(step)
    ]
    for arn, words in changes_of(step).items():
        rows = [(None, *_signed(text)) for text in words if text not in SHOWN_AS_LINES]
        if rows:
            world = step.after if step.after.name_of(arn) else step.before
            quotes.append(change_quote(f"<b>{esc(world.name_of(arn))}</b>", rows, MOST_LINES))
    return "".join(quotes)


def _signed(text: str) -> tuple[str, str]:
    """``+`` or ``-`` and the rest of what changed."""
    if text in ("new", "deleted"):
        return ("+" if text == "new" else "-"), text
    return (text[0], text[2:]) if text[:2] in ("+ ", "- ") else ("+", text)


# ── time ──


def life_html(story: Story, step: Step) -> str:
    """The lifelines of every session so far, up to the step's clock time; the axis is the same in every frame."""
    rows = life_rows(story, step)
    if step.bet is None or step.issued is None:
        return _lines_html(story, step, rows)
    known = [row for row, session in zip(rows, _shown(story, step), strict=True) if session != step.issued]
    return before_after(_lines_html(story, step, known), _lines_html(story, step, rows))


def _lines_html(story: Story, step: Step, rows: Sequence[LifeRow]) -> str:
    if not rows:
        return '<p class="c-mute">No session yet: the caller speaks with long-term credentials.</p>'
    start, end = time_range(story)
    revoked = max(revocations(step.after).values(), default=None)
    return lifelines(rows, step.clock, start, end, axis_ticks(start, end), revoked)


def life_rows(story: Story, step: Step) -> list[LifeRow]:
    """One row for each session issued so far, in order of issue, with the requests made under it."""
    hides = step.bet is not None
    revoked = revocations(step.after)
    roles_of = Counter(name for name, _ in {(session.name, session.principal) for session in sessions_of(story)})
    several = len({session.principal for session in sessions_of(story)}) > 1
    wished = {s.issued for s in story.steps if s.issued and s.call and "DurationSeconds" in s.call.params}
    rows = []
    for session in _shown(story, step):
        lamps = tuple(
            Lamp(made.clock, outcome_mark(made.outcome), made.call.name, error_told(made.outcome))
            for made in story.steps[: step.number - hides]
            if made.call is not None and made.issued is None and made.session == session and made.call.service != "sts"
        )
        role = step.after.roles.get(session.principal)
        limit = session.issued + timedelta(seconds=role.max_session_duration) if role else None
        verb = "asked" if session in wished else "chained:" if _is_chained(session) else "given"
        asked, allowed = f"{verb} {duration_words(session.expires - session.issued)}", ""
        if limit and limit < session.expires:  # a service chose it for its workload: the role's limit does not count
            limit = None
        elif limit:
            allowed = f", role allows {duration_words(limit - session.issued)}"
        times = (session.issued, session.expires, limit)
        name = f"{role.name}/{session.name}" if role and roles_of[session.name] > 1 else session.name
        if role and several and name == session.name:
            asked = f"{role.name} · {asked}"
        rows.append(LifeRow(name, f"{asked}{allowed}", *times, lamps, session.principal in revoked))
    return rows


def _is_chained(session: Session) -> bool:
    """Whether another session of a role asked for it: it lasts an hour at most, whatever the role allows."""
    return session.is_role_session and ":assumed-role/" in session.caller


def _shown(story: Story, step: Step) -> list[Session]:
    """The sessions that a step knows of."""
    known = step.after.sessions
    return [s for s in sessions_of(story) if s.issued <= step.clock and s.access_key_id in known]


def sessions_of(story: Story) -> list[Session]:
    """The sessions of a story, in order of issue; where many were there before it, only those of them that act."""
    there = story.start.sessions
    found = dict(there) if len(there) <= FEW else {}
    for step in story.steps:
        found |= {session.access_key_id: session for session in (step.session, step.issued) if session is not None}
    return sorted(found.values(), key=lambda session: (session.issued, session.access_key_id))


def time_range(story: Story) -> tuple[datetime, datetime]:
    """The half hours around all that happens in a story; what a role would have allowed is cut where it dwarfs that."""
    times = [step.clock for step in story.steps]
    tails = []
    for session in sessions_of(story):
        role = story.world.roles.get(session.principal)
        longest = role.max_session_duration if role else 0
        times.append(session.expires)
        tails.append(session.issued + timedelta(seconds=longest))
    first, last = min(times), max(times)
    last = max(last, min(max(tails, default=last), last + (last - first) / 2))
    start = first - (first - datetime.min.replace(tzinfo=first.tzinfo)) % HALF_HOUR
    end = last + (start - last) % HALF_HOUR
    return start, max(end, start + HALF_HOUR)


def axis_ticks(start: datetime, end: datetime) -> int:
    """Minutes between ticks: about five of them."""
    minutes = (end - start) / timedelta(minutes=1)
    return next((step for step in (30, 60, 120, 180, 360, 720) if minutes / step <= 6), 1440)


def duration_words(duration: timedelta) -> str:
    """``45 min``, ``1 h``, ``1 h 30 min``."""
    minutes = round(duration / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    return " ".join(
        text for text in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if text
    )


# ── the credentials ──


def session_card(session: Session, now: datetime) -> CredentialCard:
    """The card of temporary credentials: all three parts, masked, with the fuse at its foot."""
    left = max(session.expires - now, timedelta(0))
    over = session.is_over(now)
    return CredentialCard(
        kind="temp",
        title=f"Credentials of session {session.name}",
        detail="Temporary: all three parts, or nothing.",
        fields=(
            CardField("Access key ID", session.access_key_id, underlined=4),
            CardField("Secret key", _masked(session.secret_access_key)),
            CardField("Session token", session.session_token[:18] + "…"),
            CardField("Speaks as", session.arn.rpartition(":")[2]),
        ),
        foot_strong=f"{'Expired' if over else 'Expires'} {clock(session.expires)}",
        foot="." if over else f", {duration_words(left)} left.",
        fuse=left / (session.expires - session.issued),
    )


def key_card(user: User, name: str) -> CredentialCard:
    """The card of a user's long-term access key: nothing expires, and there is no token."""
    key = next((key for key in user.access_keys or () if key.active), None)
    shown = key.id if key else "none"
    return CredentialCard(
        kind="long",
        title=f"Access key of user {name}",
        detail="Long-term: made once, kept in a file.",
        fields=(
            CardField("Access key ID", shown, underlined=4 if key else 0),
            CardField("Secret key", _masked(secret_access_key(user.arn, shown)) if key else "none"),
            CardField("Session token", quiet="none"),
            CardField("Speaks as", user.arn.rpartition(":")[2]),
        ),
        foot_strong="Never expires.",
        foot=" Works until someone deletes it.",
    )


def card_picture(session: Session, now: datetime) -> Picture:
    """The credential card as a picture of its own."""
    view = session_card(session, now)
    return Picture(card(view), card_text(view), frozenset({"card"}))


def cards_picture(world: World, *who: str) -> Picture:
    """Credentials side by side, each given by a user (a label or an ARN) or by the profile that keeps a session.

    A long-term key beside a session's credentials shows what tells them apart: the prefix, the token, the clock.
    """
    views = []
    for name in who:
        user = world.users.get(world.labels.get(name, name))
        session = world.sessions.get(world.profiles.get(name.removeprefix("session:"), ""))
        if user is not None:
            views.append(key_card(user, world.name_of(user.arn)))
        elif session is not None:
            views.append(session_card(session, world.now))
        else:
            known = ", ".join(
                sorted([*(label for label in world.labels if world.labels[label] in world.users), *world.profiles])
            )
            raise PictureError(f"nobody called {name!r} has credentials here; there are: {known or 'none'}")
    return Picture(cards(views), "\n".join(map(card_text, views)), frozenset({"card", "cards"}))


def _masked(secret: str) -> str:
    return f"{secret[:5]}{'•' * 14}{secret[-4:]}"


def arns_html(session: Session, role_arn: str) -> str:
    """The role's ARN above the session's, so that the change from one to the other lines up."""
    return arns(arn_lines((role_arn, session.arn)))


# ── command and answer ──


def answer_html(step: Step) -> str:
    """The AWS CLI line of the step and AWS's answer, verbatim, the telling clause underlined."""
    if step.call is None or step.result is None:
        return ""
    error = step.result.error
    command = command_line(step.before if step.issued else step.after, step.call)
    veil = step.bet is not None
    if error is None:
        return answer(answer_words(step), "allow", command, veil=veil)
    decision = step.decision
    clause = (telling_clause(decision) if decision else "") or error.code
    text = error.client_view(step.call.operation)
    mark: Mark = outcome_mark(step.outcome)
    return answer(text, mark, command, clause if clause in text else error.code, veil)


def answer_words(step: Step) -> str:
    """The part of AWS's answer that tells something."""
    value = dict(step.result.value or {}) if step.result else {}
    if "Credentials" in value:
        value = {"Expiration": value["Credentials"]["Expiration"]}
    if "SecretAccessKey" in value:
        value = {name: value[name] for name in ("AccessKeyId", "Expiration") if name in value}
    if not value:
        return "it is done"
    return ", ".join(f"{json.dumps(name)}: {json.dumps(item)}" for name, item in value.items())


def extra_html(step: Step) -> str:
    """What stands across the frame below: the gate row of a request, the two ARNs beside the credentials."""
    if step.call is None:
        return arns_html(step.session, step.session.principal) if step.session else ""
    if step.decision is None:
        return ""
    explanation = step.decision.explain()
    traces = explanation.deciding or explanation.near_misses
    row = (
        condition_rows(traces[0].conditions) if traces and (explanation.deciding or step.call.service == "sts") else ""
    )
    if step.call.service != "sts":
        row = gates_html(step.decision, step.after) + row
    return row if step.bet is None or not row else f'<div class="iv-after-b">{row}</div>'


def bet_part(step: Step, name: str) -> str:
    """The bet of a step, its radios under a name that is unique on the page; "" without one.

    What AWS did not refuse was allowed, also where no policy is asked (GetCallerIdentity).
    """
    if step.bet is None or step.result is None:
        return ""
    truth: Mark = "allow" if step.result.error is None else outcome_mark(step.outcome)
    return bet_html(name, step.bet.question, truth, step.bet.because or reason_of(step))
