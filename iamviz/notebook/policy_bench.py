"""The policy bench: edit a policy, and see findings and answers follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ipywidgets as widgets

from iamviz.engine.decision import Decision
from iamviz.notebook.component import FULL, Component
from iamviz.pictures.bench import bench_picture, chosen_html, findings_html, request_words, requests_html
from iamviz.pictures.css import root, style_tag
from iamviz.pictures.picture import Picture
from iamviz.pictures.workbench import Given, Workbench
from iamviz.policy.model import Policy
from iamviz.world.world import World

__all__ = ["PolicyBench", "policy_bench"]

PAUSE = 0.05
"""Seconds without a keystroke after which the text is judged."""

_STYLE = (
    "<style>.iamviz-bench{flex-direction:column}.iamviz-bench>label{width:auto!important;text-align:left!important}"
    ".iamviz-bench textarea{font:12px/1.5 var(--jp-code-font-family,monospace)!important;tab-size:2}</style>"
)
_COMPONENTS = ("bench", "gates")
_MOST_ROWS = 28


class PolicyBench(Component):
    """A policy under one's hands. ``bench`` is its state: text, findings, and each request before and now."""

    hint = "Run the notebook (Run, Run All Cells) to edit the policy and see the answers follow."

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.selected = 0
        super().__init__("bench")

    @property
    def picture(self) -> Picture:
        """The last state, as a page without a kernel shows it."""
        return bench_picture(self.bench, self.selected)

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self.bench.text

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The requests as they are decided now."""
        return tuple(asked.now for asked in self.bench.asked)

    def _make_widget(self) -> widgets.Widget:
        rows = min(_MOST_ROWS, max(8, self.bench.text.count("\n") + 2))
        text = self.bench.text
        area = widgets.Textarea(text, rows=rows, continuous_update=True, description="The policy", layout=FULL)
        area.add_class("iamviz-bench")
        names = [(f"{k}. {request_words(asked)}", k - 1) for k, asked in enumerate(self.bench.asked, 1)]
        chosen = widgets.Dropdown(options=names, index=0, description="Gates of", layout=FULL)
        reset = widgets.Button(description="Start again", tooltip="Put the first text back")
        findings, table, gates = (widgets.HTML(layout=FULL) for _ in range(3))

        def draw() -> None:
            bench = self.bench
            findings.value = _wrapped(findings_html(bench))
            table.value = _wrapped(requests_html(bench, self.selected))
            gates.value = _wrapped(chosen_html(bench, self.selected))

        def judge() -> None:
            self.bench = self.bench.edited(area.value)
            draw()

        def choose(_: object) -> None:
            self.selected = chosen.index or 0
            draw()

        def start_again(_: object) -> None:
            area.value = self.bench.original.source

        area.observe(Debounce(PAUSE, judge), "value")
        chosen.observe(choose, "index")
        reset.on_click(start_again)
        draw()
        half = {"flex": "1 1 330px", "width": "auto", "min_width": "0", "margin": "0"}
        left = widgets.VBox([area, reset, findings], layout=half)
        right = widgets.VBox([table, chosen], layout=half)
        columns = widgets.HBox([left, right], layout={"flex_flow": "row wrap", "grid_gap": "8px 24px", **FULL})
        return widgets.VBox([widgets.HTML(style_tag(_COMPONENTS) + _STYLE), columns, gates], layout=FULL)


def _wrapped(html: str) -> str:
    return root(f'<div class="iv-bench">{html}</div>', _COMPONENTS)


class Debounce:
    """Calls ``action`` when ``seconds`` have passed without another call; at once where no event loop runs."""

    def __init__(self, seconds: float, action: Callable[[], None]) -> None:
        self.seconds, self.action = seconds, action
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, _: object = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.action()
            return
        self._timer = loop.call_later(self.seconds, self.action)


def policy_bench(
    policy: Policy | str | Mapping[str, Any],
    kind: str | None = None,
    *,
    requests: Iterable[Given] = (),
    world: World | None = None,
    asks: Iterable[tuple[str, str, str]] = (),
    attached_to: str | None = None,
) -> PolicyBench:
    """Edit a policy; findings with line and caret, and the answers to requests, follow as one types.

    ``policy`` is JSON text, a dictionary, a `Policy`, or the name of a policy that has a say in the requests: it is
    then replaced wherever it stands. One that stands nowhere is attached to all of them, as ``kind`` tells (identity
    when nothing is said). ``requests`` are decisions or steps; ``asks`` are questions (who, action, resource) to
    ``world``. ``attached_to`` makes the check judge sizes (see `iamviz.check_policy`). PictureError when there is
    nothing to ask, PolicyError for a text that cannot be read to begin with.
    """
    bench = Workbench.of(policy, kind, requests=requests, world=world, asks=asks, attached_to=attached_to)
    return PolicyBench(bench)
