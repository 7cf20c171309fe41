"""Ids and radio names of a fragment: which there are, and the same fragment under others.

They are unique within one notebook's run. A page that shows an output twice, or a blog that shows fragments of two
notebooks, must rename some of them: what shares a radio group's name takes part in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_RADIO = re.compile(r'<input\b(?=[^<>]*\stype="radio")[^<>]*\sname="([^"]*)"')
_FOLD = re.compile(r'<details\b[^<>]*\sname="([^"]*)"')  # of those that share a name one is open
_ID = re.compile(r'\sid="([^"]*)"')
_ATTRIBUTE = re.compile(r'(\s)([\w:-]+)="([^"]*)"')
_SINGLE = frozenset({"id", "for", "name", "list", "headers"})
_LISTS = frozenset(
    {"aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details", "aria-flowto", "headers"}
)
_STYLE = re.compile(r"(<style[^<>]*>)(.*?)(</style>)", re.DOTALL)
_IN_CSS = re.compile(r"#(-?[A-Za-z_][\w-]*)")


def names_in(html: str) -> list[str]:
    """The ids, and the names of groups of radios and folds, in cleaned HTML, each once, in order of appearance."""
    found: dict[str, None] = {}
    for tag in _TAG.findall(html):
        for pattern in (_ID, _RADIO, _FOLD):
            found.update((unescape(name), None) for name in pattern.findall(tag))
    return list(found)


def renamed(html: str, names: Mapping[str, str]) -> str:
    """Cleaned HTML with other ids and radio names, wherever they are used: labels, links, ARIA, SVG, style rules."""
    if not names:
        return html
    html = _STYLE.sub(lambda style: style[1] + _in_css(style[2], names) + style[3], html)
    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(lambda found: _attribute(found, names), tag[0]), html)


def free_name(name: str, taken: Mapping[str, object] | set[str]) -> str:
    """The name itself, or with the first number from 2 on that makes it one of its own."""
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def _attribute(found: re.Match[str], names: Mapping[str, str]) -> str:
    blank, attribute, written = found[1], found[2], found[3]
    value = unescape(written)
    if attribute in _SINGLE and value in names:
        value = names[value]
    elif attribute in _LISTS:
        value = " ".join(names.get(part, part) for part in value.split())
    elif attribute in ("href", "xlink:href") and value.startswith("#"):
        value = "#" + names.get(value[1:], value[1:])
    elif "url(" in value:
        value = re.sub(r"url\((['\"]?)#([^)'\"]*)", lambda url: f"url({url[1]}#{names.get(url[2], url[2])}", value)
    else:
        return found[0]
    return f'{blank}{attribute}="{escape(value)}"'


def _in_css(css: str, names: Mapping[str, str]) -> str:
    return _IN_CSS.sub(lambda found: "#" + names.get(found[1], found[1]), css)
