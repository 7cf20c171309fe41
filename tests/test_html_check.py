"""The check of HTML pages finds what is wrong, so that finding nothing means something."""

from __future__ import annotations

import pytest

from tests.html_check import problems

PAGE = '<!doctype html><html lang="en"><head><title>t</title></head><body><main><h1>a</h1>{}</main></body></html>'


def test_a_right_page_has_no_problem() -> None:
    right = '<h2 id="a">b</h2><a href="#a">c</a><input type="radio" id="r"><label for="r">d</label><ol><li>e</li></ol>'
    assert problems(PAGE.format(right)) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("<b><i></b></i>", "adoption-agency"),
        ("<p><div></p></div>", "unexpected-end-tag"),
        ("<table><div></div></table>", "table-voodoo"),
        ('<b id="a"></b><i id="a"></i>', "'a' stands 2 times"),
        ('<label for="absent">x</label>', "leads nowhere"),
        ('<a href="#absent">x</a>', "leads nowhere"),
        ("<h3>x</h3>", "h1 is followed by h3"),
        ("<h1>x</h1>", "headings begin with"),
        ('<img src="data:,">', "without alt"),
        ('<input type="radio">', "without a label"),
        ("<nav></nav>", "without a name"),
        ("<ol><div></div></ol>", "div in ol"),
        ("<span><b><div></div></b></span>", "div in b in span"),
        ("<label><ul></ul></label>", "ul in label"),
        ("<button><a href='x'>y</a></button>", "a in button"),
    ],
)
def test_each_wrong_is_told(wrong: str, told: str) -> None:
    assert told in "\n".join(problems(PAGE.format(wrong)))
