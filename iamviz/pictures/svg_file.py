"""A drawing as an SVG file without style sheets, variables and percentages: Inkscape and PowerPoint read it.

The rules of the package's own sheets are applied here, by a small part of CSS: nesting, classes, elements, descendants,
children, ``var()`` and ``light-dark()``. What else there is in the sheets is not for drawings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple
from xml.etree import ElementTree

from iamviz.pictures.css import css_for

Element = ElementTree.Element

_SVG: Final = "http://www.w3.org/2000/svg"
_FONT: Final = "Inter, Helvetica, Arial, sans-serif"
_MONO: Final = "Menlo, Consolas, monospace"
_KEPT: Final = frozenset(
    """fill stroke stroke-width stroke-dasharray stroke-linecap stroke-linejoin stroke-miterlimit opacity font-size
    font-weight font-family text-anchor text-decoration paint-order""".split()
)
"""What becomes an attribute."""
_AROUND: Final = {"lifelines": "iv-life", "crowd": "iv-crowd iv-life"}
_ACROSS: Final = frozenset({"x", "x1", "x2", "cx", "width", "dx"})
_VAR: Final = re.compile(r"var\((--[\w-]+)\)")
_LIGHT_DARK: Final = re.compile(r"light-dark\(([^(),]+),([^(),]+)\)")
_SIMPLE: Final = re.compile(r"(\*|[a-z][\w]*)|\.([\w-]+)|\[class\^=([\w-]+)\]|(&)")
_DROPPED: Final = frozenset(
    {"class", "style", "role", "aria-label", "aria-hidden", "data-node", "data-step", "tabindex"}
)


_SCOPE: Final = ("&",)


class Rule(NamedTuple):
    """A selector as compounds with the combinators between them, from the left, and what it declares."""

    compounds: tuple[str, ...]
    combinators: tuple[str, ...]
    declared: Mapping[str, str]

    @property
    def weight(self) -> tuple[int, int]:
        """Classes, elements."""
        text = " ".join(self.compounds)
        return text.count(".") + text.count("["), len(re.findall(r"(?:^| )[a-z]", text))


def svg_file(drawing: str, components: Iterable[str], width: float, theme: str = "light") -> str:
    """An ``<svg>`` of a picture as a file's text; ``width`` in px for drawings that fill their container.

    ``theme`` is "light" or "dark"; the background stays transparent either way.
    """
    root = ElementTree.fromstring(drawing)
    rules = _rules(frozenset(components))
    view = root.get("viewBox")
    if view:
        _, _, across, height = (float(part) for part in view.split())
    else:
        across = width
        height = float(re.search(r"height:([\d.]+)px", root.get("style", ""))[1])  # type: ignore[index]  # all have it
    label = root.get("aria-label", "")
    # What stands around a drawing in a page gives it its colours.
    around = [Element("div", {"class": " ".join(_AROUND.get(name, "") for name in sorted(components))})]
    out = _Flattener(rules, theme).element(root, around, _variables(rules), across)
    out.tag = "svg"
    out.attrib.pop("height", None)
    out.attrib.update(
        {
            "xmlns": _SVG,
            "width": f"{across:g}",
            "height": f"{height:g}",
            "viewBox": view or f"0 0 {across:g} {height:g}",
            "font-family": _FONT,
            "font-size": out.get("font-size", "11px").removesuffix("px"),
        }
    )
    title = ElementTree.Element("title")
    title.text = label
    out.insert(0, title)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(out, encoding="unicode") + "\n"


def _variables(rules: Iterable[Rule]) -> dict[str, str]:
    """The tokens that the outermost rule states."""
    found: dict[str, str] = {}
    for rule in rules:
        if rule.compounds == _SCOPE:
            found.update({name: value for name, value in rule.declared.items() if name.startswith("--")})
    return found


class _Flattener:
    def __init__(self, rules: tuple[Rule, ...], theme: str) -> None:
        self.rules = rules
        self.theme = theme

    def element(self, source: Element, above: list[Element], known: Mapping[str, str], across: float) -> Element:
        """A copy with its rules as attributes; ``known`` are the variables in force, ``across`` the width around it."""
        path = [*above, source]
        declared: dict[str, str] = {}
        for rule in self.rules:
            if _matches(rule, path):
                declared.update(rule.declared)
        variables = {**known, **{name: value for name, value in declared.items() if name.startswith("--")}}
        merged = {name: value for name, value in source.attrib.items() if name not in _DROPPED}
        merged.update({name: value for name, value in declared.items() if name in _KEPT})
        out = Element(source.tag)
        for name, value in merged.items():
            out.set(name, self.value(name, value, variables))
        inside = across
        if source.tag == "svg" and len(above) > 1:
            inside = self.group(source, out, across)
        else:
            _pixels(out, across)
        out.text, out.tail = source.text, source.tail
        for child in source:
            if "iv-before" in child.get("class", "").split():
                continue
            copy = self.element(child, path, variables, inside)
            out.extend(_haloed(copy))
        return out

    def group(self, source: Element, out: Element, across: float) -> float:
        """A drawing in a drawing becomes a group that is moved and stretched; gives the width inside."""
        x, y = (_length(source.get(name, "0"), across) for name in ("x", "y"))
        moved = f"translate({x:g} {y:g})"
        view, inside = source.get("viewBox"), across
        if view:
            _, _, wide, tall = (float(part) for part in view.split())
            width, height = _length(source.get("width", "100%"), across), _length(source.get("height", "1"), across)
            moved, inside = f"{moved} scale({width / wide:g} {height / tall:g})", wide
        for name in ("x", "y", "width", "height", "viewBox", "preserveAspectRatio"):
            out.attrib.pop(name, None)
        out.tag = "g"
        out.set("transform", moved)
        return inside

    def value(self, name: str, text: str, variables: Mapping[str, str]) -> str:
        """A value without variables."""
        if name == "font-family":
            return _MONO if "mono" in text else _FONT
        for _ in range(4):
            text = _VAR.sub(lambda match: variables.get(match[1], "currentColor"), text)
        text = _LIGHT_DARK.sub(lambda match: match[1 if self.theme == "light" else 2].strip(), text)
        if name == "font-weight":
            return "bold" if text.isdecimal() and int(text) >= 600 else "normal"
        return text.removesuffix("px") if name in ("font-size", "stroke-width") else text


def _haloed(element: Element) -> Iterator[Element]:
    """A text with a halo as two texts: not every program draws the stroke below the fill."""
    if element.tag == "text" and element.attrib.pop("paint-order", "") == "stroke" and "stroke" in element.attrib:
        halo = ElementTree.fromstring(ElementTree.tostring(element))
        for part in halo.iter():
            part.set("fill", element.get("stroke", "none"))
        halo.tail = None
        yield halo
        for name in ("stroke", "stroke-width", "stroke-linejoin"):
            element.attrib.pop(name, None)
        element.set("stroke", "none")
    yield element


def _length(text: str, across: float) -> float:
    return float(text[:-1]) / 100 * across if text.endswith("%") else float(text)


def _pixels(element: Element, across: float) -> None:
    """Percentages of the width as px."""
    for name in _ACROSS & set(element.attrib):
        if element.get(name, "").endswith("%"):
            element.set(name, f"{_length(element.get(name, ''), across):.2f}".rstrip("0").rstrip("."))


# ── the part of CSS that drawings need ──


@lru_cache(maxsize=16)
def _rules(components: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that may concern a drawing, the weaker first."""
    found = list(_flat(css_for(components), ""))
    order = sorted(range(len(found)), key=lambda index: (found[index].weight, index))
    return tuple(found[index] for index in order)


def _flat(css: str, outer: str) -> Iterator[Rule]:
    """Nested rules one after another; conditions, pseudo-classes and siblings are left out."""
    place, declared = 0, {}
    while place < len(css):
        brace, semicolon = css.find("{", place), css.find(";", place)
        if brace < 0 or 0 <= semicolon < brace:
            end = semicolon if semicolon >= 0 else len(css)
            name, colon, value = css[place:end].partition(":")
            if colon:
                declared[name.strip()] = value.strip()
            place = end + 1
            continue
        end = _closing(css, brace)
        for selector in css[place:brace].split(","):
            inner = _joined(outer, selector.strip())
            if "@" not in inner and not re.search(r":|\+|~|\[(?!class\^)", inner):
                yield from _flat(css[brace + 1 : end], inner)
        place = end + 1
    rule = _rule(outer, declared)
    if rule is not None:
        yield rule


def _closing(css: str, brace: int) -> int:
    depth = 0
    for place in range(brace, len(css)):
        depth += (css[place] == "{") - (css[place] == "}")
        if not depth:
            return place
    return len(css)


def _joined(outer: str, selector: str) -> str:
    if not outer or selector.startswith("@"):
        return selector
    if "&" in selector:
        return selector.replace("&", outer)
    return f"{outer}{selector}" if selector.startswith(">") else f"{outer} {selector}"


def _rule(selector: str, declared: Mapping[str, str]) -> Rule | None:
    if not declared or not selector:
        return None
    parts = re.split(r"(\s*>\s*|\s+)", selector.strip())
    compounds, combinators = parts[::2], [">" if ">" in part else " " for part in parts[1::2]]
    # Every drawing lies inside of the picture: the scope is always met.
    while compounds and set(compounds[0].split(".")) <= {"", "iamviz"}:
        compounds, combinators = compounds[1:], combinators[1:]
    return Rule(tuple(compounds) or _SCOPE, tuple(combinators), dict(declared))


def _matches(rule: Rule, path: list[Element]) -> bool:
    return _meets(rule.compounds[-1], path[-1]) and _above(rule, len(rule.compounds) - 2, path[:-1])


def _above(rule: Rule, index: int, path: list[Element]) -> bool:
    """Whether the compounds up to ``index`` are met by ancestors."""
    if index < 0:
        return True
    direct = rule.combinators[index] == ">"
    for place in range(len(path) - 1, -1, -1):
        if _meets(rule.compounds[index], path[place]) and _above(rule, index - 1, path[:place]):
            return True
        if direct:
            return False
    return False


def _meets(compound: str, element: Element) -> bool:
    classes = element.get("class", "")
    names = classes.split()
    for tag, name, start, _ in _SIMPLE.findall(compound):
        if (tag and tag not in ("*", element.tag)) or (name and name not in names):
            return False
        if start and not classes.startswith(start):
            return False
    return compound not in ("", "&")
