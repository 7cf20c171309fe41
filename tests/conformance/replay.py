"""Plays vectors and prints what iamviz answers: ``python -m tests.conformance.replay FILE.json``, one JSON line each.

Decisions give ``{"id", "outcome", "message"}``, documents ``{"id", "valid"}``, STS scenarios
``{"id", "outcomes": [{"outcome", "code", "message", "result"}]}``. What a vector expects is never read. A vector that
cannot be played gives ``{"id", "error"}`` and the exit code 1; the others are played all the same.
"""

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from iamviz import PolicyError
from tests.conformance import decisions, documents, sts

Answer = dict[str, Any]


def replay_decision(vector: Mapping[str, Any]) -> Answer:
    try:
        decision = decisions.decide(vector["policies"], vector["request"])
    except PolicyError as error:
        return {"outcome": None, "message": None, "error": str(error)}
    return {"outcome": decision.outcome.value, "message": decision.message}


def replay_document(vector: Mapping[str, Any]) -> Answer:
    return {"valid": documents.is_valid(vector)}


def replay_scenario(vector: Mapping[str, Any]) -> Answer:
    return {"outcomes": sts.replay(vector["given"], vector["steps"])}


FORMATS: dict[str, Callable[[Mapping[str, Any]], Answer]] = {
    "request": replay_decision,
    "policy_type": replay_document,
    "steps": replay_scenario,
}
"""The three formats, told apart by a key that only one of them has."""


def replay(vector: Mapping[str, Any]) -> Answer:
    """The answer to one vector of any format, without what it expects."""
    seen = {key: value for key, value in vector.items() if key not in ("expected", "valid")}
    play = next((play for key, play in FORMATS.items() if key in seen), None)
    if play is None:
        raise ValueError(f"{vector.get('id')}: not a vector; expected an object with one of {', '.join(FORMATS)}")
    return {"id": vector["id"], **play(seen)}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m tests.conformance.replay FILE.json", file=sys.stderr)
        return 2
    status = 0
    for vector in json.loads(Path(arguments[0]).read_text("utf-8")):
        try:
            answer = replay(vector)
        except Exception as error:  # one vector that cannot be played must not hide the answers to the others
            traceback.print_exc()
            answer = {"id": vector.get("id") if isinstance(vector, dict) else None, "error": repr(error)}
            status = 1
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
