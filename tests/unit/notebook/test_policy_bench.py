"""The policy bench: the engine answers the edited text, wherever the policy stands; findings come with their place."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import iamviz as iv
from iamviz.notebook.policy_bench import Debounce
from iamviz.pictures.bench import bench_picture, findings_html, requests_html
from iamviz.pictures.errors import PictureError
from iamviz.pictures.workbench import Workbench
from tests.unit.pictures.reading import Reading

LOGO = "arn:aws:s3:::staging-assets/logo.png"
ROLE = "arn:aws:iam::222233334444:role/StagingEngineer"
ASKS = [("staging", "s3:GetObject", LOGO), ("staging", "s3:PutObject", LOGO), ("Ana", "s3:GetObject", LOGO)]


def without_a_loop(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test in a thread of its own: beside browser tests, the main thread has an event loop that runs."""

    @functools.wraps(test)
    def apart(**fixtures: object) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(test, **fixtures).result()

    return apart


@pytest.fixture(scope="module")
def world(story: iv.Story) -> iv.World:
    return story.steps[4].after


def outcomes(bench: Workbench) -> list[str]:
    return [asked.now.outcome.value for asked in bench.asked]


def test_an_edit_answers_as_the_account_would(world: iv.World) -> None:
    """The bench says of an edit what `perform` and `ask` say once the policy is really put in place."""
    bench = Workbench.of("ReadStagingAssets", world=world, asks=ASKS)
    assert outcomes(bench) == ["allowed", "implicitDeny", "implicitDeny"]
    for text in (
        bench.text.replace("s3:GetObject", "s3:PutObject"),
        bench.text.replace('"Allow"', '"Deny"'),
        bench.text.replace('["s3:GetObject", "s3:ListBucket"]', '"s3:*"'),
        json.dumps({"Statement": {"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*"}}),
    ):
        params = {"RoleName": "StagingEngineer", "PolicyName": "ReadStagingAssets", "PolicyDocument": text}
        real = iv.perform(world, iv.Call("admin:222233334444", "iam:PutRolePolicy", params))
        if real.error is not None:  # AWS would not save the last one, which has no Version; the bench still answers
            continue
        assert outcomes(bench.edited(text)) == [iv.ask(real.world, *question).outcome.value for question in ASKS]


def test_nothing_is_changed_in_place(world: iv.World) -> None:
    bench = Workbench.of("ReadStagingAssets", world=world, asks=ASKS)
    after = bench.edited(bench.text.replace("GetObject", "PutObject"))
    assert outcomes(bench) == ["allowed", "implicitDeny", "implicitDeny"]
    assert outcomes(after) == ["implicitDeny", "allowed", "implicitDeny"]
    assert [asked.flipped for asked in after.asked] == [True, True, False]
    assert outcomes(after.edited(bench.text)) == outcomes(bench)


def test_a_trust_policy_is_put_in_its_place(story: iv.Story) -> None:
    early = story.start
    bench = Workbench.of("trust policy of StagingEngineer", world=early, asks=[("Ana", "sts:AssumeRole", ROLE)])
    assert outcomes(bench) == ["implicitDeny"]
    assert outcomes(bench.edited(bench.text.replace("user/ben", "user/ana"))) == ["allowed"]


def test_a_bucket_policy_stands_in_the_steps_of_a_story(story: iv.Story) -> None:
    bench = Workbench.of("bucket policy of prod-assets", requests=[story.steps[4], story.steps[6]])
    assert outcomes(bench) == ["allowed", "explicitDeny"]
    assert outcomes(bench.edited(bench.text.replace("Deny", "Allow"))) == ["allowed", "implicitDeny"]


@pytest.mark.parametrize(
    ("kind", "now"),
    [("identity", "allowed"), ("boundary", "implicitDeny"), ("session", "implicitDeny"), ("scp", "implicitDeny")],
)
def test_one_that_stands_nowhere_is_attached_to_all(world: iv.World, kind: str, now: str) -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}
    bench = Workbench.of(document, kind, world=world, asks=ASKS[:2])
    assert outcomes(bench)[1] == ("allowed" if kind == "identity" else "implicitDeny")
    assert outcomes(bench)[0] == now


def test_a_text_that_cannot_be_read_keeps_the_last_answers(world: iv.World) -> None:
    bench = Workbench.of("ReadStagingAssets", world=world, asks=ASKS)
    changed = bench.edited(bench.text.replace("GetObject", "PutObject"))
    broken = changed.edited(changed.text[:-3])
    assert not broken.readable
    assert outcomes(broken) == outcomes(changed)
    assert "last text that could be read" in findings_html(broken)
    assert Reading(requests_html(broken)).with_class("old")


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[1]", '{"Statement": 7}', "\x00", "{}" * 9, "🙂", '{"Statement": []}']
)
def test_no_text_whatever_breaks_the_bench(world: iv.World, text: str) -> None:
    bench = Workbench.of("ReadStagingAssets", world=world, asks=ASKS).edited(text)
    assert bench.findings
    html = findings_html(bench) + requests_html(bench)
    assert not Reading(html).faults


def test_the_caret_stands_below_the_column(world: iv.World) -> None:
    bench = Workbench.of("ReadStagingAssets", world=world, asks=ASKS)
    for indent in ("", "\t\t", " " * 80):
        text = bench.text.replace('"s3:GetObject"', f'{indent}"s3:GetObjct"')
        excerpt = Reading(findings_html(bench.edited(text))).tagged("pre")[0].text
        line, caret = excerpt.split("\n")
        assert line[caret.index("^") :].startswith('"s3:GetObjct"')


def test_many_findings_are_counted(world: iv.World) -> None:
    document = {"Statement": {"Effect": "Allow", "Action": [f"s3:No{k}" for k in range(30)], "Resource": "*"}}
    bench = Workbench.of("ReadStagingAssets", world=world, asks=ASKS)
    html = findings_html(bench.edited(json.dumps(document)))
    assert html.count("<li>") == 12
    assert "more</li>" in html


@without_a_loop
def test_the_live_bench_follows_its_text(world: iv.World) -> None:
    component = iv.policy_bench("ReadStagingAssets", world=world, asks=ASKS)
    columns = component.widget.children[1]
    area, reset = columns.children[0].children[:2]
    table, chosen = columns.children[1].children
    area.value = component.text.replace("GetObject", "PutObject")
    assert [decision.outcome.value for decision in component.decisions] == ["implicitDeny", "allowed", "implicitDeny"]
    assert table.value.count('class="new') == 2
    chosen.index = 1
    assert "s3:PutObject" in component.widget.children[2].value
    assert component.picture.text.count("->") == 2
    reset.click()
    assert component.decisions[0].allowed


@without_a_loop
def test_keystrokes_are_gathered() -> None:
    calls = []

    async def type_quickly() -> None:
        typed = Debounce(0.02, lambda: calls.append(1))
        for _ in range(10):
            typed()
            await asyncio.sleep(0)
        assert calls == []
        await asyncio.sleep(0.1)

    asyncio.run(type_quickly())
    assert calls == [1]


def test_misuse_is_told(story: iv.Story, world: iv.World) -> None:
    with pytest.raises(
        PictureError, match="no policy called 'ReadAll' has a say in these requests; there are: ReadStagingAssets"
    ):
        iv.policy_bench("ReadAll", world=world, asks=ASKS[:1])
    with pytest.raises(PictureError, match="needs requests="):
        iv.policy_bench({"Statement": []})
    with pytest.raises(PictureError, match="needs world="):
        iv.policy_bench({"Statement": []}, asks=ASKS)
    with pytest.raises(PictureError, match="step 4"):
        iv.policy_bench({"Statement": []}, requests=[story.steps[3]])
    with pytest.raises(iv.PolicyError):
        iv.policy_bench("{", world=world, asks=ASKS)
    with pytest.raises(ValueError, match="kind of policy"):
        iv.policy_bench({"Statement": []}, "idenity", world=world, asks=ASKS)


def test_a_step_is_called_by_its_title(story: iv.Story) -> None:
    bench = Workbench.of("ReadStagingAssets", requests=story.steps[4:6])
    rows = [element.text for element in Reading(requests_html(bench)).tagged("th")]
    assert [row.split("ana:")[0].strip() for row in rows if "ana:" in row] == [s.title for s in story.steps[4:6]]
    assert all(f"{step.title}: " in bench_picture(bench).text for step in story.steps[4:6])


def test_the_text_of_a_session_policy_that_has_a_say_is_replaced_not_added() -> None:
    """Two session policies side by side would let through what either allows: an edit would take nothing away."""
    story = iv.play("narrowing")
    text = story.steps[3].call.params["Policy"]
    book = "arn:aws:s3:::drafts/book.txt"
    bench = Workbench.of(text, "session", world=story.steps[3].after, asks=[("narrow", "s3:GetObject", book)])
    assert bench.original.label == "the session policy"
    edited = bench.edited(text.replace('"s3:GetObject", ', ""))
    assert [asked.now.outcome.value for asked in edited.asked] == ["implicitDeny"]


def test_a_request_of_before_the_policy_was_changed_is_answered_by_the_text_that_is_shown() -> None:
    """Else the first caller would be allowed beside a text that asks for an external id, and no edit would reach it."""
    story = iv.play("vendor")
    bench = Workbench.of("trust policy of VendorAccess", requests=[story.steps[number] for number in (0, 5, 6, 7)])
    assert "cust-7f3a" in bench.text
    assert bench.asked[0].before.allowed
    assert outcomes(bench) == ["implicitDeny", "implicitDeny", "allowed", "implicitDeny"]
    opened = bench.edited(bench.text.replace("StringEquals", "StringNotEquals"))
    assert outcomes(opened) == ["allowed", "allowed", "implicitDeny", "implicitDeny"]


def test_a_policy_of_the_same_name_elsewhere_is_another_one() -> None:
    """Two customers have a role VendorAccess; what the bench holds is the trust policy of one of them."""
    document = {"Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    caller = iv.Caller(kind="user", arn="arn:aws:iam::111122223333:user/ana", account="111122223333")
    mine = iv.Policy.parse({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}, "identity")

    def asked(account: str, effect: str) -> iv.Decision:
        trust = iv.Policy.parse(
            {"Statement": {"Effect": effect, **document}}, "trust", name="trust policy of VendorAccess"
        )
        role = f"arn:aws:iam::{account}:role/VendorAccess"
        request = iv.Request(caller=caller, action="sts:AssumeRole", resource=role, resource_account=account)
        return iv.evaluate(request, iv.PolicySet(identity=[mine], resource=trust))

    here, there = asked("222233334444", "Deny"), asked("444455556666", "Allow")
    bench = Workbench.of(there.policies.resource, requests=[here, there])
    assert outcomes(bench) == ["explicitDeny", "allowed"]
    assert outcomes(bench.edited(bench.text.replace("Allow", "Deny"))) == ["explicitDeny", "explicitDeny"]
