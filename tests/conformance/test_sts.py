"""STS scenarios: every step comes out as AWS answers it, as far as iamviz knows the calls."""

import json
import subprocess
import sys

import pytest

from tests.conformance.replay import main, replay
from tests.conformance.sts import NOT_IMPLEMENTED
from tests.conformance.vectors import HERE, Vector, read_vectors, vector_id

SCENARIOS = [*read_vectors("sts"), *read_vectors("corner_sts")]
"""The given samples, and corners of the rules that they leave out, answered from the text of docs/rules alone."""
OUTCOMES = {scenario["id"]: replay(scenario)["outcomes"] for scenario in SCENARIOS}


def is_known(scenario: Vector) -> bool:
    return all(outcome["code"] != NOT_IMPLEMENTED for outcome in OUTCOMES[scenario["id"]])


KNOWN = [scenario for scenario in SCENARIOS if is_known(scenario)]
LEFT = [scenario for scenario in SCENARIOS if not is_known(scenario)]


@pytest.mark.parametrize("scenario", KNOWN, ids=vector_id)
def test_scenario(scenario: Vector) -> None:
    outcomes = OUTCOMES[scenario["id"]]
    assert len(outcomes) == len(scenario["steps"])
    for number, (expected, outcome) in enumerate(zip(scenario["expected"], outcomes, strict=True)):
        told = f"step {number}, {scenario['steps'][number]['call']}: {expected['why']}; iamviz says {outcome}"
        assert outcome["outcome"] == expected["outcome"], told
        assert outcome["code"] == expected.get("code"), told
        if "message" in expected:
            assert expected["message"] in outcome["message"], told
        result = outcome["result"] or {}
        assert {key: result.get(key) for key in expected.get("result", {})} == expected.get("result", {}), told


def test_every_scenario_is_understood() -> None:
    assert [scenario["id"] for scenario in LEFT] == []


@pytest.mark.parametrize("name", ["decisions", "sts"])
def test_replay_prints_one_line_for_each_vector(name: str) -> None:
    """What it prints does not depend on what the vectors expect."""
    command = [sys.executable, "-m", "tests.conformance.replay", str(HERE / f"{name}.json")]
    printed = subprocess.run(command, cwd=HERE.parent.parent, capture_output=True, text=True, check=True).stdout
    answers = [json.loads(line) for line in printed.splitlines()]
    assert [answer["id"] for answer in answers] == [vector["id"] for vector in read_vectors(name)]
    bare = [{k: v for k, v in vector.items() if k != "expected"} for vector in read_vectors(name)]
    assert answers == [replay(vector) for vector in bare]


def test_replay_plays_the_others_when_one_vector_cannot_be_played(tmp_path, capsys) -> None:
    good = read_vectors("decisions")[0]
    broken = {**good, "id": "broken", "request": {**good["request"], "principal": {"kind": "nobody"}}}
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps([broken, 5, good]), "utf-8")
    assert main([str(file)]) == 1
    first, second, third = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["id"] == "broken"
    assert "not a kind of caller" in first["error"]
    assert second["id"] is None
    assert third == replay(good)
