"""Findings of an account as a picture: by weight and kind, each kind folded open to what it means and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final, cast

from iamviz.accounts.finding import AccountFinding, Findings, Risk
from iamviz.accounts.findings import findings
from iamviz.pictures.asked import AskedPicture, unknowns_html
from iamviz.pictures.marks import esc, inline
from iamviz.pictures.picture import Picture
from iamviz.pictures.story_frames import stepper_picture
from iamviz.world.world import World

__all__ = ["FindingsPicture", "findings_picture"]

MOST_SHOWN: Final = 40
"""Findings of one kind that are listed; ``table`` has all."""
_WORDS: Final = {
    Risk.HIGH: "High: somebody may take over the account",
    Risk.MEDIUM: "Medium: a part of it, or under conditions",
    Risk.LOW: "Low: worth a look",
}


@dataclass(frozen=True)
class FindingsPicture(AskedPicture):
    """The findings as a picture; ``found`` holds them, each with ``story()`` to play."""

    @property
    def found(self) -> tuple[AccountFinding, ...]:
        """The findings, the weightiest first."""
        return cast("Findings", self.answer).found

    def of(self, code: str) -> tuple[AccountFinding, ...]:
        """The findings of one code."""
        return cast("Findings", self.answer).of(code)

    def play(self, code: str = "") -> Picture:
        """The weightiest finding that plays as a story, of any code or of one, as a stepper.

        A sentence says so where none does.
        """
        told = (one.story() for one in (self.of(code) if code else self.found))
        story = next((story for story in told if story is not None and story.steps), None)
        if story is None:
            words = "Nothing was found that plays as a story."
            return Picture(f"<p>{words}</p>", words)
        return stepper_picture(story, f"finding-{code.lower().replace('_', '-') or 'first'}")


def findings_picture(world: World) -> FindingsPicture:
    """What is worth knowing of an account: see `iamviz.accounts.findings.findings`."""
    answer = findings(world)
    parts = [f'<div class="iv-asked iv-found"><p class="big b">{esc(answer.sentence)}</p>']
    for risk, of_risk in groupby(answer.found, key=lambda one: one.risk):
        parts.append(f'<p class="risk b">{esc(_WORDS[risk])}</p>')
        by_code: dict[str, list[AccountFinding]] = {}
        for one in of_risk:
            by_code.setdefault(one.code, []).append(one)
        parts += [_kind(members) for members in by_code.values()]
    html = "".join(parts) + unknowns_html(answer.unknowns) + "</div>"
    return FindingsPicture(html, str(answer), frozenset({"asked"}), answer=answer)


def _kind(members: list[AccountFinding]) -> str:
    """One kind of finding, folded: its members, what it means, what to do, when it is fine."""
    rule = members[0].rule
    lines = "".join(f"<li>{esc(one.sentence)}{_depends(one)}</li>" for one in members[:MOST_SHOWN])
    if len(members) > MOST_SHOWN:
        lines += f"<li>and {len(members) - MOST_SHOWN} more</li>"
    texts = (("What it means", rule.means), ("What to do", rule.fix), ("When it is fine", rule.fine))
    told = "".join(f'<dt class="t1">{esc(head)}</dt><dd>{inline(text)}</dd>' for head, text in texts)
    return (
        f'<details><summary><b>{esc(rule.title)}</b> <span class="t1">{len(members)}</span></summary>'
        f"<ul>{lines}</ul><dl>{told}</dl></details>"
    )


def _depends(one: AccountFinding) -> str:
    return f' <span class="t1">Depends on {esc(", ".join(one.depends))}.</span>' if one.depends else ""
