"""Picture primitives: pure functions from small values (strings and numbers) to HTML, SVG and text.

They know nothing of policies or worlds; ``docs/design`` (``GRAMMAR.md``) says how things look and why. Everything is
escaped; parameters whose names end in ``_html`` are markup that this package made.
"""

from iamviz.pictures.card import ArnPart, CardField, CredentialCard, arn_parts, arns, arns_text, card, card_text, cards
from iamviz.pictures.conditions import ConditionRow, conditions, conditions_text
from iamviz.pictures.crowd import Crowd, crowd, crowd_text
from iamviz.pictures.css import COMPONENTS, FRAME_COMPONENTS, components_in, css_for, style_tag
from iamviz.pictures.dot import plain_svg, render
from iamviz.pictures.errors import PictureError
from iamviz.pictures.frame import FrameView, before_after, bet_html, frame_html, step_id, stepper_html, veiled
from iamviz.pictures.gates import GateRow, GateView, gate_row, gate_row_text, gate_rows, gate_rows_text
from iamviz.pictures.hub import HubBox, HubCounter, HubSide, hub, hub_text
from iamviz.pictures.lifelines import Lamp, LifeRow, life_key, lifelines, lifelines_text
from iamviz.pictures.lock import (
    LockSide,
    SayRow,
    lock,
    lock_mini,
    lock_small,
    lock_svg,
    lock_text,
    locks,
    says,
)
from iamviz.pictures.map_layout import Layout, layout
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, MapNode
from iamviz.pictures.map_paint import MapPicture, map_picture, map_text, paint
from iamviz.pictures.marks import (
    GLYPH,
    MARK,
    WORD,
    Hue,
    Mark,
    clean,
    esc,
    glyph,
    hue_of,
    inline,
    legend,
    mark,
    text_width,
    verdict,
    word,
)
from iamviz.pictures.overlap import Pane, PaneCell, PaneRow, overlap, overlap_text
from iamviz.pictures.picture import Picture, wrap
from iamviz.pictures.quote import MatchRow, answer, answer_text, match_table, match_text, quote, quote_text
from iamviz.pictures.table import ActionGroup, ActionRow, Cell, Column, actions_table, actions_table_text
from iamviz.pictures.tree import TreeNode, TreePolicy, tree, tree_text

__all__ = [
    "COMPONENTS",
    "FRAME_COMPONENTS",
    "GLYPH",
    "MARK",
    "WORD",
    "ActionGroup",
    "ActionRow",
    "ArnPart",
    "CardField",
    "Cell",
    "Column",
    "ConditionRow",
    "CredentialCard",
    "Crowd",
    "FrameView",
    "GateRow",
    "GateView",
    "HubBox",
    "HubCounter",
    "HubSide",
    "Hue",
    "Lamp",
    "Layout",
    "LifeRow",
    "LockSide",
    "Map",
    "MapAccount",
    "MapEdge",
    "MapNode",
    "MapPicture",
    "Mark",
    "MatchRow",
    "Pane",
    "PaneCell",
    "PaneRow",
    "Picture",
    "PictureError",
    "SayRow",
    "TreeNode",
    "TreePolicy",
    "actions_table",
    "actions_table_text",
    "answer",
    "answer_text",
    "arn_parts",
    "arns",
    "arns_text",
    "before_after",
    "bet_html",
    "card",
    "card_text",
    "cards",
    "clean",
    "components_in",
    "conditions",
    "conditions_text",
    "crowd",
    "crowd_text",
    "css_for",
    "esc",
    "frame_html",
    "gate_row",
    "gate_row_text",
    "gate_rows",
    "gate_rows_text",
    "glyph",
    "hub",
    "hub_text",
    "hue_of",
    "inline",
    "layout",
    "legend",
    "life_key",
    "lifelines",
    "lifelines_text",
    "lock",
    "lock_mini",
    "lock_small",
    "lock_svg",
    "lock_text",
    "locks",
    "map_picture",
    "map_text",
    "mark",
    "match_table",
    "match_text",
    "overlap",
    "overlap_text",
    "paint",
    "plain_svg",
    "quote",
    "quote_text",
    "render",
    "says",
    "step_id",
    "stepper_html",
    "style_tag",
    "text_width",
    "tree",
    "tree_text",
    "veiled",
    "verdict",
    "word",
    "wrap",
]
