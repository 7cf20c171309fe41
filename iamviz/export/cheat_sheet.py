"""The four pictures on one sheet of paper, each drawn from real decisions, with how to read it."""

from __future__ import annotations

from dataclasses import dataclass

from iamviz.engine import Caller, PolicySet, Request, evaluate
from iamviz.loading import play
from iamviz.pictures.css import components_in
from iamviz.pictures.evidence import condition_rows, gates_html, lock_html
from iamviz.pictures.marks import Mark, legend
from iamviz.pictures.story_frames import lifelines_picture
from iamviz.policy import Policy

_VENDOR_TRUST = """{"Version": "2012-10-17", "Statement": [{
  "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::777788889999:root"},
  "Condition": {
    "StringEquals": {"sts:ExternalId": "acme-7f3k9"},
    "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
    "Bool": {"aws:MultiFactorAuthPresent": "true"}}}]}"""

_MARKS: tuple[tuple[Mark, str], ...] = (
    ("allow", "allowed: a statement says yes, none says no"),
    ("none", "denied: nothing says yes"),
    ("deny", "denied: a statement says no"),
    ("expired", "expired: no policy was asked"),
    ("absent", "not attached, or not in the request"),
)


@dataclass(frozen=True)
class Lesson:
    """One picture: its name, the question that it answers, how it is read, and its markup."""

    title: str
    question: str
    reading: tuple[str, ...]
    html: str


@dataclass(frozen=True)
class CheatSheet:
    """What stands on the sheet."""

    title: str
    description: str
    lessons: tuple[Lesson, ...]
    legend: str

    @property
    def components(self) -> frozenset[str]:
        """The components whose style rules the sheet needs."""
        return components_in(self.legend + "".join(lesson.html for lesson in self.lessons))


def cheat_sheet() -> CheatSheet:
    """The two-key lock, the gate row, the lifelines and the condition diff."""
    story = play("staging_bucket")
    assume, delete = story.steps[2], story.steps[5]
    return CheatSheet(
        "Four pictures of a decision",
        "How iamviz draws who may become whom, what is allowed then, until when, and why not.",
        (
            Lesson(
                "The two-key lock",
                "Who may become this role?",
                (
                    "Left the caller’s account, right the role’s. Across accounts both must turn their key.",
                    "The trust policy is the right key. A missing key names the policy to change.",
                ),
                lock_html(assume.decision, assume.after) if assume.decision else "",
            ),
            Lesson(
                "The gate row",
                "What is allowed, and who decided?",
                (
                    "The request walks from left to right; the line stops at the gate that decided.",
                    "Hollow door: nothing says yes, an Allow is missing. Hatched: a statement says no, no Allow helps.",
                ),
                gates_html(delete.decision, delete.after) if delete.decision else "",
            ),
            Lesson(
                "Lifelines",
                "Until when?",
                (
                    "One bar for each session: spent, left, over. The dashed tail is what the role would have allowed.",
                    "The session dies, the role stays. Each use is checked anew: that is what the marks are.",
                ),
                lifelines_picture(story, len(story.steps)).html,
            ),
            Lesson(
                "The condition diff",
                "Which value did not match?",
                (
                    "Every row must match. What the policy wants stands beside what the request brought.",
                    "Absent is not wrong: a key that the request lacks needs another cure than one that differs.",
                ),
                _conditions(),
            ),
        ),
        legend(list(_MARKS)),
    )


def _conditions() -> str:
    """A vendor's request that misses the external id by one letter, and carries no sign of MFA."""
    caller = Caller(kind="user", arn="arn:aws:iam::777788889999:user/backup", account="777788889999")
    request = Request(
        caller=caller,
        action="sts:AssumeRole",
        resource="arn:aws:iam::444455556666:role/Backup",
        resource_account="444455556666",
        context={"sts:ExternalId": "acme-7f3K9", "aws:SourceIp": "203.0.113.9"},
    )
    trust = Policy.parse(_VENDOR_TRUST, kind="trust")
    explanation = evaluate(request, PolicySet(resource=trust)).explain()
    traces = [trace for row in explanation.rows for gate in row.gates for trace in gate.statements]
    return condition_rows(next(trace.conditions for trace in traces if trace.conditions))
