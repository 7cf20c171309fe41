"""`iamviz check`: what it prints, what it returns, and that hostile text stays text."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from iamviz.check_command import Attachment, harmless
from iamviz.cli import app
from iamviz.policy.check import ATTACHMENTS
from tests.unit.check.documents import document

WRONG = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "arn:aws:s3:::b/*"}
  ]
}
"""


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["check", *arguments], input=given)


def write(folder: Path, text: str, name: str = "policy.json") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def test_a_finding_is_printed_like_a_compilers(tmp_path: Path) -> None:
    file = write(tmp_path, WRONG)
    result = run(file)
    assert result.exit_code == 1
    assert result.stdout.split("\n") == [
        f"{file}:4:35: error: the action 's3:GetObjct' does not exist [INVALID_ACTION, analyzer]",
        '        {"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "arn:aws:s3:::b/*"}',
        "                                      ^",
        "    did you mean s3:GetObject?",
        f"{file}: 1 error (taken as identity)",
        "",
    ]


def test_a_right_document_passes(tmp_path: Path) -> None:
    file = write(tmp_path, json.dumps(document()))
    result = run(file, "--kind", "identity", "--attached-to", "managed")
    assert (result.exit_code, result.stdout) == (0, f"{file}: nothing to report (checked as identity)\n")


def test_warnings_alone_pass(tmp_path: Path) -> None:
    result = run(write(tmp_path, json.dumps(document("resource", Principal="*"))))
    assert result.exit_code == 0
    assert "warning: this grants access to everyone" in result.stdout
    assert "1 warning (taken as resource)" in result.stdout


def test_standard_input() -> None:
    result = run("-", "--kind", "trust", given=json.dumps(document("trust", Resource="*")))
    assert result.exit_code == 1
    assert result.stdout.startswith("<stdin>:1:")
    assert run("-", "--kind", "trust", given=json.dumps(document("trust"))).exit_code == 0


def test_one_json_list_for_all_files(tmp_path: Path) -> None:
    wrong, right = write(tmp_path, WRONG), write(tmp_path, json.dumps(document()), "right.json")
    result = run(wrong, right, wrong, "--format", "json")
    rows = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [row["file"] for row in rows] == [wrong, wrong]
    assert rows[0] == {
        "file": wrong,
        "kind": "identity",
        "line": 4,
        "column": 35,
        "severity": "error",
        "code": "INVALID_ACTION",
        "source": "analyzer",
        "message": "the action 's3:GetObjct' does not exist",
        "suggestion": "did you mean s3:GetObject?",
        "path": "$.Statement[0].Action",
    }
    assert json.loads(run(right, "--format", "json").stdout) == []


def test_sizes_are_judged_when_the_place_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, json.dumps(document(Resource=[f"arn:aws:s3:::bucket-{number}/*" for number in range(100)])))
    assert run(file).exit_code == 0
    result = run(file, "--attached-to", "user")
    assert result.exit_code == 1
    assert "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA" in result.stdout
    assert {place.value for place in Attachment} == set(ATTACHMENTS)


@pytest.mark.parametrize(
    "arguments", [(), ("x.json", "--kind", "moon"), ("x.json", "--attached-to", "moon"), ("x.json", "--format", "xml")]
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_unreadable_files(tmp_path: Path) -> None:
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe{}")
    for file in (str(tmp_path / "absent.json"), str(tmp_path), str(binary), "nul\0byte"):
        result = run(file, write(tmp_path, WRONG))
        assert result.exit_code == 2
        assert "cannot be read" in result.stderr
        assert "INVALID_ACTION" in result.stdout  # the other file is checked all the same


HOSTILE = "\x1b[31m[red]x[/red]\u202e\x07\x9b\u2028\ud800"


def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    text = json.dumps(document(Action=f"s3:{HOSTILE}"))
    raw = text.replace("\\u001b", "\x1b").replace("\\u202e", "\u202e").replace("\\u0007", "\x07")
    for given in (text, raw):
        printed = run("-", given=given).stdout
        assert "[red]" in printed
        assert_harmless(printed)
    file = write(tmp_path, WRONG, "a\x1b[2Jb.json")
    assert_harmless(run(file).stdout + run(file + "x").stderr)
    rows = json.loads(run("-", "--format", "json", given=text).stdout)
    assert any("\x1b" in row["path"] or "x1b" in row["message"] for row in rows)


def assert_harmless(text: str) -> None:
    assert {character for character in text if unicodedata.category(character)[0] == "C"} <= {"\n"}
    assert not {"\u2028", "\u2029"} & set(text)


def test_harmless_keeps_what_can_be_read() -> None:
    assert harmless("Größe 漢字 ‘x’") == "Größe 漢字 ‘x’"
    assert harmless("a\tb") == "a    b"
    assert harmless("\x00\x1b\x85\u202e\ud800\U000e0001") == "\\x00\\x1b\\x85\\u202e\\ud800\\U000e0001"


@pytest.mark.parametrize("before", ["", "漢字" * 5, "e\u0301" * 10, "x" * 500])
def test_the_caret_stands_under_the_place(before: str) -> None:
    text = (
        '{\t\t"' + before + '": 1, "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObjct"}}'
    )
    printed = run("-", "--kind", "trust", given=text).stdout.split("\n")
    for number, line in enumerate(printed):
        if "[INVALID_ACTION," in line:
            shown, caret = printed[number + 1 : number + 3]
            wide = "".join(c * (2 if unicodedata.east_asian_width(c) in "WF" else 1) for c in shown)
            plain = "".join(c for c in wide if not unicodedata.combining(c))
            assert plain[len(caret) - 1 :].startswith('"s3:GetObjct"')
            assert len(shown) < 400
            return
    pytest.fail("the finding is not printed")


def test_the_command_is_listed() -> None:
    assert "check" in CliRunner().invoke(app, ["--help"]).stdout
