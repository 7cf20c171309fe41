"""The layout engine as a subprocess: found without a PATH, limited in time and size, and clear when it fails."""

from __future__ import annotations

import shutil
import stat
import sys
from pathlib import Path

import pytest

from iamviz import pictures as pic
from iamviz.pictures import dot


def engine(folder: Path, body: str, name: str = "engine") -> str:
    """An executable script that stands for a layout engine."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{body}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_works_without_anything_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("IAMVIZ_DOT", raising=False)
    assert Path(dot.find_engine()).name.startswith("graphviz-pure")
    assert '"name": "a"' in pic.render("digraph { a }", "json0")


def test_the_environment_names_another_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IAMVIZ_DOT", engine(tmp_path, "import sys; print('other', *sys.argv[1:])"))
    assert pic.render("digraph { a }", "svg") == "other -Tsvg\n"


def test_a_wrong_name_in_the_environment_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAMVIZ_DOT", "/no/such/engine")
    with pytest.raises(pic.PictureError, match="IAMVIZ_DOT names '/no/such/engine'"):
        pic.render("digraph { a }")


def test_no_engine_at_all_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IAMVIZ_DOT", raising=False)
    monkeypatch.setattr(shutil, "which", lambda *_args, **_kwargs: None)
    with pytest.raises(pic.PictureError, match="pip install graphviz-pure"):
        pic.render("digraph { a }")


def test_the_system_dot_serves_when_the_wheel_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IAMVIZ_DOT", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: "/usr/bin/dot" if name == "dot" else None)
    assert dot.find_engine() == "/usr/bin/dot"


def test_too_large_a_graph_is_refused_before_it_is_tried() -> None:
    with pytest.raises(pic.PictureError, match=r"too large.*1,000,000"):
        pic.render("digraph { " + "a -> b; " * 200_000 + "}")
    with pytest.raises(pic.PictureError, match="too large"):
        pic.render("digraph { a }", size_limit=5)


def test_a_slow_engine_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IAMVIZ_DOT", engine(tmp_path, "import time; time.sleep(30)"))
    with pytest.raises(pic.PictureError, match=r"no answer within 0\.3 s"):
        pic.render("digraph { slow }", time_limit=0.3)


def test_a_fault_in_the_graph_is_told() -> None:
    with pytest.raises(pic.PictureError, match=r"could not read the graph: .*syntax error"):
        pic.render("digraph { a -> ")


def test_an_engine_that_fails_silently_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IAMVIZ_DOT", engine(tmp_path, "raise SystemExit(3)"))
    with pytest.raises(pic.PictureError, match="exit code 3"):
        pic.render("digraph { silent }")


def test_an_engine_that_cannot_run_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(b"\x7fELF nonsense")
    path.chmod(0o755)
    monkeypatch.setenv("IAMVIZ_DOT", str(path))
    with pytest.raises(pic.PictureError, match="cannot be run"):
        pic.render("digraph { broken }")


def test_only_text_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    for fmt in ("png", "pdf", "cmapx", "svg:cairo", "-ox.svg"):
        with pytest.raises(pic.PictureError, match="no format"):
            pic.render("digraph { a }", fmt)


def test_the_same_graph_is_laid_out_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    count = tmp_path / "count"
    monkeypatch.setenv("IAMVIZ_DOT", engine(tmp_path, f"open({str(count)!r}, 'a').write('x'); print('<svg></svg>')"))
    for _ in range(3):
        pic.render("digraph { once }")
    assert count.read_text("utf-8") == "x"


def test_plain_svg_follows_the_page() -> None:
    svg = pic.plain_svg('digraph { a [label="<x>"]; a -> b }', 'a "graph"')
    assert svg.startswith('<svg role="img" aria-label="a &quot;graph&quot;" ')
    assert 'stroke="currentColor"' in svg
    assert '<text fill="currentColor"' in svg
    assert "&lt;x&gt;" in svg
    for absent in ("<?xml", "<!--", "<!DOCTYPE", 'id="', "black"):
        assert absent not in svg
