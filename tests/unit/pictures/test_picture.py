"""A finished picture: what Jupyter gets, and that it is the same every time."""

from __future__ import annotations

import subprocess
import sys

from iamviz import pictures as pic

from .reading import Reading
from .samples import every_picture, stepper, story_map


def test_bundle_holds_page_and_words() -> None:
    picture = pic.map_picture(story_map(), 3, "She assumes it.")
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert pic.root(picture.html, {"map"}) in bundle["text/html"]
    assert '<style class="iv-style" data-iv="map" data-steps="0">' in bundle["text/html"]
    assert bundle["text/plain"] == f"{picture.text}\n[picture {picture.digest}]"
    assert not Reading(bundle["text/html"]).faults


def test_mathjax_is_told_to_keep_out() -> None:
    assert pic.Picture("<p>${aws:username} $x$</p>", "").page.startswith(
        '<div class="mathjax_ignore tex2jax_ignore"><style'
    )


def test_digest_follows_the_drawing() -> None:
    one, two = pic.Picture("<p>a</p>", "t"), pic.Picture("<p>b</p>", "t")
    assert one.digest != two.digest
    assert one.digest == pic.Picture("<p>a</p>", "other").digest
    assert len(one.digest) == 8


def test_a_picture_with_a_stepper_brings_its_states() -> None:
    html = stepper("Ana", 2)
    picture = pic.Picture(html, "t", pic.components_in(html), 2)
    assert 'data-steps="2"' in picture.page
    assert ":nth-child(2)~*>:nth-child(2)" in picture.page


def test_same_bytes_twice() -> None:
    assert every_picture("Ana") == every_picture("Ana")


def test_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests/unit'); from pictures.samples import every_picture; "
        "from iamviz import pictures as pic; "
        "print(hashlib.sha256(repr((every_picture('Ana'), pic.css_for(pic.COMPONENTS, 9))).encode()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            cwd=pic.__path__[0] + "/../..",
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
