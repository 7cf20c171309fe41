"""Why AWS refused, as a picture: the message with its telling clause, the gates where they are known, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from iamviz.accounts import why as why_module
from iamviz.accounts.why import Why
from iamviz.engine.decision import Outcome
from iamviz.engine.wording import reason_clause
from iamviz.pictures.css import components_in
from iamviz.pictures.evidence import gates_html
from iamviz.pictures.marks import Mark, esc
from iamviz.pictures.notes import notes
from iamviz.pictures.picture import Picture
from iamviz.pictures.quote import answer
from iamviz.world.world import World

__all__ = ["ShownWhy", "why"]


@dataclass(frozen=True)
class ShownWhy(Why):
    """A `Why` that shows itself in a notebook."""

    @property
    def picture(self) -> Picture:
        """The message, the gate row where the account is known, and the sentences."""
        head = f'<p class="big b">{esc(self.title)}</p>'
        gates = f"<div>{gates_html(self.decision)}</div>" if self.decision is not None else ""
        html = f'<div class="iv-why">{head}{_message(self)}{gates}{notes(self.sections)}</div>'
        return Picture(html, str(self), components_in(html))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.picture._repr_mimebundle_()


def why(
    text: str | BaseException,
    world: World | None = None,
    *,
    resource: str = "",
    context: Mapping[str, str | list[str]] | None = None,
) -> ShownWhy:
    """Explain an error of AWS: what its text proves, and in a loaded account which policy, which statement, what to do.

    ``text`` is the error as AWS, a client, CloudTrail or ``aws sts decode-authorization-message`` prints it, or the
    exception that boto3 raised. ``world`` is a loaded account; ``resource`` names the resource where the sentence does
    not, ``context`` gives condition keys of the request. Raises WhyError for a text that holds no error. `print` the
    answer, or show it.
    """
    found = why_module.why(str(text), world, resource=resource, context=context)
    return ShownWhy(*(getattr(found, field.name) for field in fields(Why)))


def _message(why: Why) -> str:
    error, denial = why.error, why.error.denial
    shown = error.message or error.code
    if not shown:
        return ""
    mark: Mark = "deny" if denial is not None and denial.explicit else "none"
    clause = error.code
    if denial is not None and denial.kind is not None:
        outcome = Outcome.EXPLICIT_DENY if denial.explicit else Outcome.IMPLICIT_DENY
        clause = reason_clause(denial.action, outcome, denial.kind).removesuffix(f" the {denial.action} action")
    return answer(
        f"{error.code}: {shown}" if error.code else shown, mark, "", clause if clause in shown else error.code
    )
