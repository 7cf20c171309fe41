"""`import iamviz` is quick since it loads nothing that only some uses need; `benchmarks/import_time.py` measures it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("pandas", "numpy", "ipywidgets", "IPython", "graphviz", "nbconvert", "typer", "rich", "jsonschema")


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    code = "import sys, json, iamviz; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    return set(json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout))


@pytest.mark.parametrize("module", HEAVY)
def test_import_does_not_load(loaded: set[str], module: str) -> None:
    assert module not in loaded


def test_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    import iamviz

    assert iamviz.__version__ == version("iamviz")


def test_every_public_name_can_be_had() -> None:
    import iamviz

    assert all(getattr(iamviz, name) is not None for name in iamviz.__all__)
    assert set(dir(iamviz)) == set(iamviz.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        iamviz.nonsense  # noqa: B018 - the look-up is what is tried
