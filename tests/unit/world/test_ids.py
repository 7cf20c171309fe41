"""Ids: believable, the same on every run, and never used twice."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamviz.world.ids import access_key_id, account_of, secret_access_key, session_token, unique_id
from tests.unit.calls.company import ADMIN, HOME, T0, arn, assume, company, do, document, done, role, trusts, user

BASE32 = "[A-Z2-7]"


@pytest.mark.parametrize("prefix", ["AIDA", "AROA", "AGPA", "ANPA"])
def test_a_unique_id_is_its_prefix_and_17_characters_of_base32(prefix: str) -> None:
    assert re.fullmatch(f"{prefix}{BASE32}{{17}}", unique_id(prefix, HOME, "x"))


@pytest.mark.parametrize("prefix", ["AKIA", "ASIA"])
def test_an_access_key_id_is_its_prefix_and_16_characters_of_base32(prefix: str) -> None:
    assert re.fullmatch(f"{prefix}{BASE32}{{16}}", access_key_id(prefix, HOME, "x"))


@given(st.integers(0, 10**12 - 1).map("{:012d}".format), st.text())
def test_every_access_key_id_tells_its_account(account: str, seed: str) -> None:
    assert account_of(access_key_id("ASIA", account, seed)) == account


def test_a_published_key_id_tells_its_account() -> None:
    """The example of docs/rules/roles_and_sessions.md 1.3."""
    assert account_of("ASIARZPUZDIKIPK2LUPA") == "123456789012"


def test_the_parity_of_the_account_decides_the_half_of_the_alphabet() -> None:
    """docs/rules/roles_and_sessions.md 1.3: one character from A-P if the account is even, from Q-7 if odd."""
    for seed in range(20):
        assert access_key_id("AKIA", "222233334444", seed)[12] in "ABCDEFGHIJKLMNOP"
        assert access_key_id("AKIA", "111122223333", seed)[12] in "QRSTUVWXYZ234567"


def test_a_secret_has_40_characters_and_a_token_begins_as_real_ones_do() -> None:
    assert len(secret_access_key("x")) == 40
    assert session_token("x").startswith("IQoJb3JpZ2luX2Vj")
    assert len({session_token("x"), session_token("y"), secret_access_key("x"), secret_access_key("y")}) == 4


def test_the_same_names_make_the_same_ids_in_another_process() -> None:
    line = "from iamviz.world.ids import *; print(unique_id('AIDA', '111122223333', 'ana', 7), session_token('s'))"
    told = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True).stdout.split()
    assert told == [unique_id("AIDA", HOME, "ana", 7), session_token("s")]


@pytest.mark.parametrize("kind", ["User", "Role", "Group"])
def test_an_entity_that_is_made_again_has_another_id(kind: str) -> None:
    more = {"AssumeRolePolicyDocument": document(trusts(HOME))} if kind == "Role" else {}
    first = do(company(), ADMIN, f"iam:Create{kind}", **{f"{kind}Name": "x"}, **more)
    gone = done(do(done(first), ADMIN, f"iam:Delete{kind}", **{f"{kind}Name": "x"}))
    second = do(gone, ADMIN, f"iam:Create{kind}", **{f"{kind}Name": "x"}, **more)
    assert first.value is not None
    assert done(second).now == T0
    assert second.value is not None
    assert first.value[kind][f"{kind}Id"] != second.value[kind][f"{kind}Id"]
    assert first.value[kind]["Arn"] == second.value[kind]["Arn"]


def test_two_sessions_begun_at_the_same_instant_under_the_same_name_differ() -> None:
    world = company(user("ana"), role("Reader", trusts(arn("user", "ana"))))
    first = assume(world, f"user:{HOME}/ana", "Reader", save="one")
    second = assume(done(first), f"user:{HOME}/ana", "Reader", save="two")
    assert first.value is not None
    assert second.value is not None
    for field in ("AccessKeyId", "SecretAccessKey", "SessionToken"):
        assert first.value["Credentials"][field] != second.value["Credentials"][field]
    assert len(second.world.sessions) == 2
