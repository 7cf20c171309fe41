"""What is wrong with an HTML page: errors that html5lib finds, and rules of the standard that no parser knows."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib

_REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "list")
_NAMED = {"nav", "section"}
_PHRASING = set("p h1 h2 h3 h4 h5 h6 span b i strong em small code kbd label legend summary pre u mark button".split())
_FLOW = set(
    """address article aside blockquote details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main nav
    ol p pre section table ul""".split()
)
_INTERACTIVE = set("a button details input select textarea".split())


def problems(page: str) -> list[str]:
    """Everything that the HTML standard forbids in the page, as far as it is checked here; empty when it is valid."""
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    root = parser.parse(page)
    found = [f"line {line}: {code} {data}" for (line, _), code, data in parser.errors]
    return found + _identity(root) + _outline(root) + _words(root) + _content(root)


def _identity(root: Element) -> list[str]:
    ids = Counter(element.attrib["id"] for element in root.iter() if "id" in element.attrib)
    found = [f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1]
    found += [f"id {name!r} is empty or has a blank" for name in ids if not name or re.search(r"\s", name)]
    for element in root.iter():
        for attribute in _REFERENCES:
            names = element.attrib.get(attribute, "").split()
            found += [f"{attribute}={name!r} leads nowhere" for name in names if name not in ids]
        target = element.attrib.get("href", "")
        if element.tag == "a" and target.startswith("#") and target[1:] not in ids:
            found.append(f"the link {target!r} leads nowhere")
    return found


def _outline(root: Element) -> list[str]:
    levels = [int(element.tag[1]) for element in root.iter() if re.fullmatch(r"h[1-6]", str(element.tag))]
    found = [] if levels[:1] == [1] and levels.count(1) == 1 else [f"headings begin with {levels[:3]}"]
    found += [f"h{low} is followed by h{high}" for low, high in pairwise(levels) if high > low + 1]
    mains = len(list(root.iter("main")))
    return found if mains == 1 else [*found, f"{mains} main elements"]


def _words(root: Element) -> list[str]:
    found = [] if root.attrib.get("lang") else ["no lang"]
    if not (root.findtext("head/title") or "").strip():
        found.append("no title")
    found += ["an img without alt" for element in root.iter("img") if "alt" not in element.attrib]
    labels = {element.attrib.get("for") for element in root.iter("label")}
    for element in root.iter("input"):
        if "aria-label" not in element.attrib and element.attrib.get("id") not in labels:
            found.append(f"an input without a label: {element.attrib}")
    for element in root.iter():
        if element.tag in _NAMED and not {"aria-label", "aria-labelledby"} & element.attrib.keys():
            found.append(f"a {element.tag} without a name")
        if element.tag == "ul" or element.tag == "ol":
            found += [f"{child.tag} in {element.tag}" for child in element if child.tag not in ("li", "script")]
    return found


def _content(root: Element) -> list[str]:
    """Blocks in what holds words only, and controls in controls."""
    found: list[str] = []

    def walk(element: Element, around: tuple[str, ...]) -> None:
        name = str(element.tag)
        parent = around[-1] if around else ""
        heads = parent in ("legend", "summary") and re.fullmatch("h[1-6]", name)
        if name in _FLOW and parent in _PHRASING and not heads:
            found.append(f"{' in '.join((name, *reversed(around[-2:])))}")
        if name in _INTERACTIVE and {"a", "button"} & set(around):
            found.append(f"{' in '.join((name, *reversed(around[-2:])))}")
        for child in element:
            walk(child, () if name.startswith("{") else (*around, name))

    walk(root, ())
    return found
