"""The overlap of policies, from decisions: what each kind of policy says of each action, and what is allowed.

docs/rules/policy_evaluation.md 5.4: identity policies, boundary, session policies and SCPs are cut with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from iamviz.calls.ask import ask
from iamviz.engine.decision import Decision
from iamviz.engine.explain import TITLES
from iamviz.engine.principals import MatchKind
from iamviz.engine.request import CallerKind
from iamviz.pictures.action_table import resource_for
from iamviz.pictures.evidence import OUTCOME_MARK
from iamviz.pictures.overlap import Pane, PaneCell, PaneRow, overlap, overlap_text
from iamviz.pictures.picture import Picture
from iamviz.policy.model import Effect, PolicyKind
from iamviz.world.world import World

_ORDER: Final = (
    PolicyKind.SCP,
    PolicyKind.RCP,
    PolicyKind.ENDPOINT,
    PolicyKind.IDENTITY,
    PolicyKind.BOUNDARY,
    PolicyKind.SESSION,
)
_OF_A_ROLE: Final = "Role's policies"
_NAMES: Final[Mapping[MatchKind, str]] = {
    MatchKind.DIRECT: "names the caller",
    MatchKind.ROLE: "names the role",
    MatchKind.PARENT: "names the user",
    MatchKind.ACCOUNT: "names the account",
    MatchKind.WILDCARD: "names everyone",
    MatchKind.SERVICE: "names the service",
    MatchKind.FEDERATED: "names the provider",
}


def overlap_picture(
    world: World, who: str, actions: Iterable[str], resources: str | Mapping[str, str], title: str = ""
) -> Picture:
    """Which actions pass through every kind of policy that somebody has to pass: one row an action, one pane a kind.

    ``who`` is an actor as in `ask`; ``resources`` is one ARN for all actions, or one for each.
    PictureError for an action without one.
    """
    decisions = [ask(world, who, action, resource_for(action, resources)) for action in dict.fromkeys(actions)]
    return decisions_overlap(decisions, title or f"What {who} may do")


def decisions_overlap(decisions: Sequence[Decision], title: str = "") -> Picture:
    """The same from decisions that were taken already, all for the same caller."""
    panes = dict(_panes(decisions))
    rows = [_row(decision, panes) for decision in decisions]
    shown = list(panes.values())
    return Picture(overlap(title, shown, rows), overlap_text(title, shown, rows), frozenset({"overlap"}))


def _panes(decisions: Sequence[Decision]) -> list[tuple[PolicyKind, Pane]]:
    """The kinds of which something is attached for any of the requests, identity policies always."""
    names: dict[PolicyKind, dict[str, None]] = {}
    for decision in decisions:
        for kind, policies in decision.applicable.attached.present:
            names.setdefault(kind, {}).update((policy.label, None) for policy in policies)
    names.setdefault(PolicyKind.IDENTITY, {})
    titles = {**TITLES, PolicyKind.IDENTITY: _identity_title(decisions)}
    found: list[tuple[PolicyKind, Pane]] = [
        (kind, Pane(titles[kind], ", ".join(names[kind]) or "none attached")) for kind in _ORDER if kind in names
    ]
    for kind in (PolicyKind.TRUST, PolicyKind.RESOURCE):
        if kind in names:
            found.append((kind, Pane(titles[kind], ", ".join(names[kind]), apart=True)))
    return found


def _identity_title(decisions: Sequence[Decision]) -> str:
    is_role = bool(decisions) and decisions[0].request.caller.kind is CallerKind.ROLE_SESSION
    return _OF_A_ROLE if is_role else TITLES[PolicyKind.IDENTITY]


def _row(decision: Decision, panes: Mapping[PolicyKind, Pane]) -> PaneRow:
    denying = {
        trace.kind
        for row in decision.explain().rows
        for gate in row.gates
        for trace in gate.statements
        if trace.applies and trace.statement.effect is Effect.DENY
    }
    cells = tuple(_cell(decision, kind, kind in denying) for kind in panes)
    return PaneRow(decision.request.action, cells, OUTCOME_MARK[decision.outcome], _why(decision, cells, panes))


def _cell(decision: Decision, kind: PolicyKind, denies: bool) -> PaneCell:
    """What the policies of a kind say, whatever the others do."""
    if denies:
        return PaneCell("deny")
    sets = decision.applicable
    if kind in (PolicyKind.RESOURCE, PolicyKind.TRUST):
        grants = sets.grants()
        named = next((text for match, text in _NAMES.items() if match in grants), "")
        attached = kind in dict(sets.attached.present)
        return PaneCell("allow", named) if grants else PaneCell("none" if attached else "absent")
    if kind is PolicyKind.RCP:
        return PaneCell("allow", "passes")
    if kind is not PolicyKind.IDENTITY and kind not in dict(sets.attached.present):
        return PaneCell("absent")
    allows = {
        PolicyKind.SCP: sets.scps_allow,
        PolicyKind.ENDPOINT: sets.endpoint_allows,
        PolicyKind.IDENTITY: sets.identity_allows,
        PolicyKind.BOUNDARY: sets.boundary_allows,
        PolicyKind.SESSION: sets.session_allows,
    }[kind]()
    return PaneCell("allow" if allows else "none")


def _why(decision: Decision, cells: Iterable[PaneCell], panes: Mapping[PolicyKind, Pane]) -> str:
    """Which pane AWS's message names; or that the resource's own policy suffices where a pane is silent."""
    if decision.allowed:
        silent = any(cell.mark == "none" for cell in cells)
        return "the resource policy suffices" if silent and decision.applicable.grants() else ""
    kind = decision.reason.policy
    if kind is None:
        return ""
    title = panes[kind].title if kind in panes else TITLES[kind]
    denying, saying_nothing = ("say no", "are silent") if title == _OF_A_ROLE else ("says no", "is silent")
    return f"{title} {denying if OUTCOME_MARK[decision.outcome] == 'deny' else saying_nothing}"
