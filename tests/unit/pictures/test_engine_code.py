"""The lines of a rule, quoted from the code itself."""

import importlib
import inspect

import pytest

import iamviz as iv
from iamviz.pictures.errors import PictureError


def test_a_function_is_quoted_as_it_stands_without_its_docstring() -> None:
    picture = iv.engine_code("engine.evaluate._same_account")
    source = inspect.getsource(importlib.import_module("iamviz.engine.evaluate")._same_account)
    shown = [line[7:] for line in picture.text.splitlines()[1:]]
    assert shown[0] in source.splitlines()[0]
    assert all(line in source for line in shown)
    assert '"""' not in picture.text
    assert "return _identity_side(sets, needs_identity=grants == _ACCOUNT) or _ALLOWED" in picture.text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("engine.evaluate._same_acount", "did you mean '_same_account'"),
        ("evaluate", "expected one of policy, engine"),
        ("engine.../../etc/passwd.x", "no module"),
        ("os.path.join", "no module"),
    ],
)
def test_what_does_not_exist_is_told(name: str, message: str) -> None:
    with pytest.raises(PictureError, match=message):
        iv.engine_code(name)
