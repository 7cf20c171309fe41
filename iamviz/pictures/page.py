"""One self-contained HTML page of pictures: no script, no request, one copy of the styles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from iamviz.pictures.css import css_for
from iamviz.pictures.marks import esc
from iamviz.pictures.picture import Picture

__all__ = ["Fold", "Section", "page_html"]

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE: Final = """
:root { color-scheme: light dark; }
body { margin: 0; background: light-dark(#fff, #111417); }
main { max-width: 1000px; margin: 0 auto; padding: 32px 20px 64px; }
h1, h2 { font: 650 26px/1.2 Inter, system-ui, sans-serif; letter-spacing: -.015em; margin: 0 0 8px; }
h2 { font-size: 19px; margin: 40px 0 12px; }
h1, h2, summary, .lede { color: light-dark(#16202a, #eaeef1); }
.lede { font: 13px/1.5 Inter, system-ui, sans-serif; max-width: 80ch; margin: 0 0 8px; }
details { margin: 0 0 8px; padding: 8px 12px; border: 1px solid light-dark(#d4dade, #353e46); border-radius: 8px; }
summary { cursor: pointer; font: 650 13px/1.5 Inter, system-ui, sans-serif; }
details > .iamviz { margin-top: 12px; }
main > .iamviz { margin: 0 0 16px; }
@media print { :root { color-scheme: light; } body { background: #fff; } details { break-inside: avoid; } }
"""


@dataclass(frozen=True)
class Fold:
    """A picture that waits behind a line; ``open`` shows it at once."""

    summary: str
    picture: Picture
    open: bool = False


Section = tuple[str, Iterable[str | Picture | Fold]]


def page_html(title: str, lede: str, sections: Iterable[Section]) -> str:
    """A page: a title, a sentence, and sections of (heading, what stands below it); every text is escaped."""
    parts: list[str] = []
    components: set[str] = set()
    steps = 0

    def put(picture: Picture) -> str:
        nonlocal steps
        steps = max(steps, picture.steps)
        components.update(picture.components)
        return f'<div class="iamviz">{picture.html}</div>'

    for heading, items in sections:
        parts.append(f"<h2>{esc(heading)}</h2>" if heading else "")
        for item in items:
            if isinstance(item, Picture):
                parts.append(put(item))
            elif isinstance(item, Fold):
                shown = " open" if item.open else ""
                parts.append(f"<details{shown}><summary>{esc(item.summary)}</summary>{put(item.picture)}</details>")
            else:
                parts.append(f'<p class="lede">{esc(item)}</p>')
    told = f'<p class="lede">{esc(lede)}</p>\n' if lede else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{esc(title)}</title>\n<style>{_STYLE}</style>\n<style>{css_for(components, steps)}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{esc(title)}</h1>\n{told}{''.join(parts)}\n</main>\n</body>\n</html>\n"
    )
