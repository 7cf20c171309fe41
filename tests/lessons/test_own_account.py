"""The notebook for one's own account runs to its end on any account, with one line changed."""

import ast
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from iamviz.resources import notebooks_dir
from tests.conftest import REPOSITORY

LOADS = 'world = iv.load("example_company")'
REAL = REPOSITORY.parent / "shared" / "real" / "accounts"


def run(path: str) -> list[Any]:
    """The cells in order; what each of them shows."""
    cells = json.loads((notebooks_dir() / "your_own_account.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert sum(LOADS in source for source in sources) == 1, "one line loads the account"
    names: dict[str, Any] = {}
    shown = []
    for source in sources:
        tree = ast.parse(source.replace(LOADS, f"world = iv.load({path!r})"))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            shown.append(value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else value)
    return shown


def test_it_runs_on_an_account_of_one_user(tmp_path: Path) -> None:
    user = {
        "UserName": "<b>&ana",
        "UserId": "AIDAEXAMPLEANA000001",
        "Path": "/",
        "Arn": "arn:aws:iam::111122223333:user/<b>&ana",
        "CreateDate": "2026-01-01T00:00:00+00:00",
        "GroupList": [],
        "AttachedManagedPolicies": [],
    }
    dump = {"UserDetailList": [user], "GroupDetailList": [], "RoleDetailList": [], "Policies": [], "IsTruncated": False}
    path = tmp_path / "account.json"
    path.write_text(json.dumps(dump), encoding="utf-8")
    assert run(str(path))[0] == (1, 0)


@pytest.mark.parametrize("name", ["aws_cli_manual_example", "cloudmapper_demo", "privilege_escalation_lab"])
def test_it_runs_on_real_accounts(name: str) -> None:
    path = REAL / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path} is not on this machine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert run(str(path))
