"""Every mistake in a scenario file is named with file, line and what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamviz import ScenarioError, load, play
from iamviz.story.scenario import read_scenario, scenario_from_text

GOOD = """\
title: A small story
start: 2026-03-02T09:00Z
accounts:
  - id: "111122223333"
    name: home
    groups:
      - name: staff
    users:
      - name: ana
        label: Ana
        groups: [staff]
        attached: ["arn:aws:iam::111122223333:policy/Reads"]
        policies:
          - name: own
            document: |
              {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
              ]}
    roles:
      - name: Reader
        trust: |
          {"Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"},
            "Action": "sts:AssumeRole"
          }]}
    buckets:
      - name: assets
        objects:
          logo.png: {ContentLength: 7}
policies:
  - arn: arn:aws:iam::111122223333:policy/Reads
    document: |
      {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
story:
  - at: "09:00"
    who: Ana
    call: s3:GetObject
    with: {Bucket: assets, Key: logo.png}
    title: She reads
    caption: "{Ana} reads {logo.png}: {allowed}."
  - at: "09:10"
    who: Ana
    call: sts:AssumeRole
    with: {RoleArn: "arn:aws:iam::111122223333:role/Reader", RoleSessionName: ana}
    save: reader
    title: She assumes
    caption: "{Ana} assumes {Reader}."
  - at: "09:11"
    show: reader
    title: Credentials
    caption: "Here is the {session}."
"""


def errors_of(old: str, new: str) -> list[str]:
    """What is told about the good scenario once one place in it is spoilt; playing counts."""
    assert GOOD.count(old) == 1, f"{old!r} stands {GOOD.count(old)} times in the scenario"
    with pytest.raises(ScenarioError) as error:
        scenario_from_text(GOOD.replace(old, new), "small.yaml").play()
    assert str(error.value) == "\n".join(str(problem) for problem in error.value.problems)
    return str(error.value).splitlines()


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(GOOD.splitlines(), 1) if text in line)


def test_the_good_one_is_good() -> None:
    story = scenario_from_text(GOOD).play()
    assert [step.outcome for step in story.steps] == ["allowed", "allowed", "none"]


MISTAKES = {
    "unknown key with a near name": (
        "    users:\n",
        "    user:\n",
        "    users:",
        "accounts[0] has no key 'user'; did you mean users?",
    ),
    "unknown key, nothing near": (
        "        label: Ana\n",
        "        zzzzzz: Ana\n",
        "label: Ana",
        "accounts[0].users[0] has no key 'zzzzzz'; expected one of attached, boundary, groups, ",
    ),
    "missing key": ("    name: home\n", "", 'id: "1111', "accounts[0] has no name; expected id, name"),
    "missing title": (
        "title: A small story\n",
        "",
        "title: A small",
        "the scenario has no title; expected title, start",
    ),
    "wrong type": (
        "groups: [staff]",
        "groups: staff",
        "groups: [staff]",
        "accounts[0].users[0].groups is the text 'staff'; expected a list",
    ),
    "a number for a text": (
        "label: Ana",
        "label: 7",
        "label: Ana",
        "accounts[0].users[0].label is the number 7; expected a text (what captions call it)",
    ),
    "nothing for a text": (
        "label: Ana",
        "label:",
        "label: Ana",
        "accounts[0].users[0].label is empty; expected a text",
    ),
    "a bad account id": (
        'id: "111122223333"',
        'id: "1111"',
        'id: "1111',
        "accounts[0].id is '1111'; expected the 12 digits of the account",
    ),
    "a bad name": (
        "name: Reader",
        "name: Read er",
        "name: Reader",
        "accounts[0].roles[0].name is 'Read er'; expected 1 to 64 letters, digits",
    ),
    "a bad start": (
        "2026-03-02T09:00Z",
        "2026-03-02",
        "start:",
        "start is '2026-03-02'; expected the instant at which the world begins",
    ),
    "a start that is no day": (
        "2026-03-02T09:00Z",
        "2026-02-30T09:00Z",
        "start:",
        "start is no date: day is out of range for month",
    ),
    "a bad time": (
        'at: "09:10"',
        'at: "9:10"',
        'at: "09:10"',
        "story[1].at is '9:10'; expected the clock time of the step",
    ),
    "a time that is none": ('at: "09:10"', 'at: "25:10"', 'at: "09:10"', "'25:10' is no time"),
    "an empty title": ("title: She reads", 'title: ""', "title: She reads", "story[0].title is empty (three words)"),
    "neither who nor show": ("    show: reader\n", "", 'at: "09:11"', "story[2] needs either who and call, or show"),
    "who without call": ("    call: s3:GetObject\n", "", 'at: "09:00"', "story[0] needs either who and call, or show"),
    "an unknown group": (
        "groups: [staff]",
        "groups: [crew]",
        "groups: [staff]",
        "no group 'crew' in this account; it has staff",
    ),
    "a managed policy that is missing": (
        'attached: ["arn:aws:iam::111122223333:policy/Reads"]',
        'attached: ["arn:aws:iam::111122223333:policy/Write"]',
        "attached:",
        "policy/Write' under policies; there are: arn:aws:iam::111122223333:policy/Reads",
    ),
    "a boundary that is missing": (
        "      - name: Reader\n",
        "      - name: Reader\n        boundary: arn:aws:iam::111122223333:policy/No\n",
        "        trust: |",
        "no managed policy 'arn:aws:iam::111122223333:policy/No' under policies",
    ),
    "a name twice": (
        "      - name: staff\n",
        "      - name: staff\n      - name: staff\n",
        "    users:",
        "arn:aws:iam::111122223333:group/staff stands here twice",
    ),
    "a label twice": (
        "      - name: Reader\n",
        "      - name: Reader\n        label: Ana\n",
        "        trust: |",
        "the label 'Ana' stands here twice",
    ),
    "an account twice": (
        "policies:\n  - arn",
        '  - id: "111122223333"\n    name: again\npolicies:\n  - arn',
        "policies:\n",
        "account 111122223333 stands here twice",
    ),
    "a key twice": (
        "    name: home\n",
        "    name: home\n    name: away\n",
        "    groups:",
        "the key 'name' stands here twice",
    ),
    "an alias": ("label: Ana", "label: *x", "label: Ana", "YAML aliases (*name) are not used here; write it out"),
    "no YAML": ("groups: [staff]", "groups: [staff", "", "not valid YAML: "),
    "an unknown actor": (
        "    who: Ana\n    call: s3:GetObject",
        "    who: Bob\n    call: s3:GetObject",
        'at: "09:00"',
        "nobody is called 'Bob'; expected user:ACCOUNT/name",
    ),
    "an unknown operation": (
        "call: sts:AssumeRole",
        "call: sts:BecomeRole",
        'at: "09:10"',
        "iamviz does not know sts:BecomeRole; it knows",
    ),
    "an unknown parameter": (
        "RoleSessionName: ana}",
        "SessionName: ana}",
        'at: "09:10"',
        "sts:AssumeRole has no parameter SessionName; it has RoleArn",
    ),
    "an unknown profile": (
        "show: reader",
        "show: writer",
        'at: "09:11"',
        "step 3 shows the profile 'writer'; there are: reader",
    ),
    "time running backwards": (
        'at: "09:11"',
        'at: "09:05"',
        'at: "09:11"',
        "time does not run backwards: it is 09:10:00, asked for 09:05:00",
    ),
    "a caption that names nobody": (
        "{Ana} reads {logo.png}",
        "{Bob} reads {logo.png}",
        'at: "09:00"',
        "step 1: the caption names {Bob}, which is no label, user, role, resource or session here",
    ),
    "a caption that the engine contradicts": (
        "{logo.png}: {allowed}.",
        "{logo.png}: {denied}.",
        'at: "09:00"',
        "step 1: the caption says {denied}, but the engine says allowed",
    ),
    "a caption that speaks of expiry": (
        "{logo.png}: {allowed}.",
        "{logo.png}: {expires}.",
        'at: "09:00"',
        "the caption says {expires}, but the engine says allowed",
    ),
    "a verdict where nothing was asked": (
        "Here is the {session}.",
        "Here is {allowed}.",
        'at: "09:11"',
        "the caption says {allowed}, but the engine says none",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_what_is_expected(name: str) -> None:
    old, new, place, message = MISTAKES[name]
    told = errors_of(old, new)
    assert all(line.startswith("small.yaml, line ") for line in told)
    assert any(message in line for line in told), told
    if place:
        line = next(line for line in told if message in line)
        number = int(line.removeprefix("small.yaml, line ").partition(":")[0])
        wanted = line_of(place.splitlines()[0]) if place != "policies:\n" else line_of("  - arn: arn:aws:iam") - 1
        assert number == wanted, line


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            '"Effect": "Allow",\n            "Principal"',
            '"Effect": "Maybe",\n            "Principal"',
            '            "Effect": "Allow",',
            "policy 'trust policy of Reader'",
        ),
        (
            '"Action": "sts:AssumeRole"\n          }]}',
            '"Action": "sts:AssumeRole",\n          }]}',
            "          }]}",
            "policy 'trust policy of Reader'",
        ),
        ('"Resource": "*"}\n              ]}', '"Resource": "*"\n              ]}', "              ]}", "policy 'own'"),
        (
            '{"Statement": {"Effect": "Allow", "Action": "s3:GetObject"',
            '{"Statement": {"Effekt": "Allow", "Action": "s3:GetObject"',
            '"s3:GetObject", "Resource"',
            "policy 'Reads'",
        ),
    ],
)
def test_a_mistake_inside_a_policy_has_the_line_inside_the_block(old: str, new: str, line: str, message: str) -> None:
    (told,) = errors_of(old, new)
    assert told.startswith(f"small.yaml, line {line_of(line)}: {message}: ")


def test_several_mistakes_are_told_together_in_the_order_of_the_file() -> None:
    with pytest.raises(ScenarioError) as error:
        scenario_from_text(
            GOOD.replace("label: Ana", "lable: Ana")
            .replace("    name: home\n", "")
            .replace("title: Cred", "titel: Cred")
        )
    lines = [problem.line for problem in error.value.problems]
    assert len(lines) >= 3
    assert lines == sorted(lines)


def test_every_missing_key_is_told() -> None:
    with pytest.raises(ScenarioError) as error:
        scenario_from_text("description: nothing else\n")
    told = str(error.value)
    assert all(f"the scenario has no {name};" in told for name in ("title", "start", "accounts"))


@pytest.mark.parametrize(
    "text",
    ["", "# only a comment\n", "just a text", "[1, 2]", "7", "\x00", "a: !!python/object:os.system x", "{" * 100],
)
def test_what_is_no_scenario_at_all_is_told_as_one(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"^scenario, line 1"):
        scenario_from_text(text)


def test_a_file_that_is_not_utf_8_is_told_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("title: Zoë".encode("latin-1"))
    with pytest.raises(ScenarioError, match=r"latin.yaml, line 1: not UTF-8 text \(byte 9\)"):
        read_scenario(path)


def test_a_path_to_a_scenario_can_be_loaded_and_played(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD, "utf-8")
    assert load(path) == play(str(path)).start
    path.write_text(GOOD.replace("label: Ana", "lable: Ana"), "utf-8")
    with pytest.raises(ScenarioError, match=r"small.yaml, line 10: .* did you mean label\?"):
        load(path)


def test_an_unknown_name_is_told_which_names_there_are() -> None:
    with pytest.raises(FileNotFoundError, match="did you mean 'staging_bucket'"):
        load("staging_buckets")
    with pytest.raises(FileNotFoundError, match=r"there are: .*staging_bucket"):
        play("zzz")
