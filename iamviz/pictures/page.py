"""One self-contained HTML page of pictures: no script, no request, one copy of the styles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from iamviz.pictures.css import components_in, style_tag
from iamviz.pictures.marks import esc
from iamviz.pictures.picture import Picture

__all__ = ["page_html"]

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE: Final = """
:root { color-scheme: light dark; }
body { margin: 0; background: light-dark(#fff, #111417); }
main { max-width: 1000px; margin: 0 auto; padding: 32px 20px 64px; }
.iamviz > h1 { font: 650 26px/1.2 var(--iv-sans); letter-spacing: -.015em; margin: 0 0 6px; }
.iamviz > h2 { font: 650 19px/1.3 var(--iv-sans); margin: 40px 0 8px; }
.iamviz > p { max-width: 80ch; margin: 0 0 8px; }
.iamviz > div { margin: 0 0 16px; }
@media print { :root { color-scheme: light; } .iamviz > div { break-inside: avoid; } }
"""


def page_html(title: str, lede: str, sections: Iterable[tuple[str, Iterable[str | Picture]]]) -> str:
    """A page: a title, a sentence, and sections of (heading, sentences and pictures); everything in it is escaped."""
    parts = []
    steps = 0
    for heading, items in sections:
        parts.append(f"<h2>{esc(heading)}</h2>" if heading else "")
        for item in items:
            if isinstance(item, Picture):
                steps = max(steps, item.steps)
                parts.append(f"<div>{item.html}</div>")
            else:
                parts.append(f"<p>{esc(item)}</p>")
    body = "".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{esc(title)}</title>\n<style>{_STYLE}</style>\n{style_tag(components_in(body), steps)}\n</head>\n"
        "<body>\n<main><div "
        f'class="iamviz">\n<h1>{esc(title)}</h1>\n<p>{esc(lede)}</p>\n{body}\n</div></main>\n</body>\n</html>\n'
    )
