"""Explanations: gates, statements, elements, condition rows; true lines, near misses, origins; as text and as JSON."""

import json
from typing import Any

import pytest

from iamviz import Caller, Policy, PolicySet, Request, evaluate
from iamviz.engine.explain import Explanation, Status

USER = Caller("user", "arn:aws:iam::111122223333:user/ana", "111122223333", unique_id="AIDAANA")
ROLE = "arn:aws:iam::111122223333:role/app/Reader"
LOGO = "arn:aws:s3:::assets/logo.png"
READ = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Write", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::other/*"},
    {"Sid": "Read", "Effect": "Allow",
     "Action": ["s3:GetObject", "s3:ListBucket"],
     "Resource": "arn:aws:s3:::assets/*",
     "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"},
                   "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
  ]
}"""


def explain(policies: PolicySet, action: str = "s3:GetObject", caller: Caller = USER, **more: Any) -> Explanation:
    request = Request(caller, action, more.pop("resource", LOGO), more.pop("owner", "111122223333"), **more)
    return evaluate(request, policies).explain()


def identity(text: str, name: str = "Reading") -> Policy:
    return Policy.parse(text, name=name)


def test_the_nearest_miss_comes_first_and_says_what_is_missing() -> None:
    told = explain(PolicySet(identity=[identity(READ)]), context={"aws:SourceIp": "203.0.113.9"})
    nearest = told.near_misses[0]
    assert nearest.statement.sid == "Read"
    assert [miss.row.key for miss in nearest.misses] == ["aws:MultiFactorAuthPresent"]
    assert nearest.sentence == ("Action and Resource match; aws:MultiFactorAuthPresent is absent; Bool wants true")


def test_lines_are_those_of_the_policys_own_text() -> None:
    told = explain(PolicySet(identity=[identity(READ)]))
    nearest = told.near_misses[0]
    assert (nearest.statement.span.line, nearest.statement.span.end_line) == (5, 9)
    assert [element.span.line for element in nearest.elements if element.span] == [6, 7]
    assert [row.row.span.line for row in nearest.conditions] == [8, 9]


def test_a_value_says_where_it_came_from() -> None:
    origins = {"aws:sourceip": "the network given by the scenario"}
    told = explain(PolicySet(identity=[identity(READ)]), context={"aws:SourceIp": "198.51.100.7"}, origins=origins)
    row = next(row for row in told.near_misses[0].conditions if row.row.key == "aws:SourceIp")
    assert (row.matched, row.got, row.origin) == (False, ("198.51.100.7",), "the network given by the scenario")
    assert "from the network given by the scenario" in str(told)


def test_the_text_reads_like_an_error_message() -> None:
    text = str(explain(PolicySet(identity=[identity(READ)]), action="s3:DeleteObject"))
    assert text.startswith("denied: nothing says yes\n  arn:aws:iam::111122223333:user/ana\n")
    assert "because no identity-based policy allows the s3:DeleteObject action" in text
    assert "no   Action lists s3:GetObject, s3:ListBucket, not s3:DeleteObject (line 6)" in text


def test_the_tree_is_plain_data() -> None:
    data = json.loads(json.dumps(explain(PolicySet(identity=[identity(READ)])).to_dict()))
    gate = next(gate for gate in data["rows"][0]["gates"] if gate["title"] == "Identity policy")
    assert (gate["status"], gate["closed"]) == ("says nothing", True)
    assert [statement["statement"] for statement in gate["statements"]] == ["Write", "Read"]
    assert gate["statements"][1]["conditions"][0]["got"] is None


def test_a_deny_closes_the_first_gate_and_nothing_else_is_reached() -> None:
    deny = Policy.parse({"Statement": {"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*"}}, name="Guard")
    told = explain(PolicySet(identity=[identity(READ), deny]))
    first, *rest = told.rows[0].gates
    assert (first.status, first.closed, first.sentence) == (Status.SAYS_NO, True, "Guard, No, says no")
    assert {gate.status for gate in rest} == {Status.NOT_REACHED}
    assert [trace.policy.name for trace in told.deciding] == ["Guard"]


def test_not_elements_are_worded_as_exemptions() -> None:
    text = '{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::assets/*"}}'
    miss = explain(PolicySet(identity=[identity(text)])).near_misses[0]
    assert [element.sentence for element in miss.elements] == [
        "NotAction iam:* does not exempt s3:GetObject",
        f"NotResource arn:aws:s3:::assets/* exempts {LOGO}",
    ]


def test_across_accounts_there_are_two_rows() -> None:
    bucket = Policy.parse(
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": USER.arn}, "Action": "s3:*", "Resource": "*"}},
        "resource",
    )
    told = explain(PolicySet(resource=bucket), owner="222233334444")
    caller, resource = told.rows
    assert (caller.side, caller.account, caller.passed) == ("caller", "111122223333", False)
    assert (resource.side, resource.account, resource.passed) == ("resource", "222233334444", True)
    assert [gate.title for gate in told.closed] == ["Identity policy"]


@pytest.mark.parametrize(
    ("principal", "statuses"),
    [
        ("*", {"Resource policy": "grants", "Identity policy": "not needed", "Boundary": "not needed"}),
        (USER.arn, {"Resource policy": "grants", "Identity policy": "not needed", "Boundary": "not needed"}),
        ("111122223333", {"Resource policy": "passes", "Identity policy": "says nothing"}),
        ("999988887777", {"Resource policy": "says nothing", "Identity policy": "says nothing"}),
    ],
)
def test_what_a_resource_policy_in_the_same_account_is_worth(principal: str, statuses: dict[str, str]) -> None:
    bucket = Policy.parse(
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:*", "Resource": "*"}},
        "resource",
    )
    nothing = Policy.parse({"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}, "boundary")
    silent = Policy.parse({"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}})
    told = explain(PolicySet(identity=[silent], resource=bucket, boundary=nothing))
    found = {gate.title: gate.status.value for gate in told.rows[0].gates}
    assert {title: found[title] for title in statuses} == statuses


def test_what_refuses_before_any_policy_has_no_gates() -> None:
    root = Caller("root", "arn:aws:iam::111122223333:root", "111122223333")
    told = explain(PolicySet(), action="sts:AssumeRole", caller=root, resource=ROLE)
    assert told.rows == ()
    assert "the root user cannot assume a role" in str(told)


def test_an_endpoint_policy_is_a_gate_only_when_it_is_attached() -> None:
    open_ = Policy.parse(
        {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}, "endpoint"
    )
    titles = [gate.title for gate in explain(PolicySet(endpoint=open_)).rows[0].gates]
    assert titles.index("Endpoint policy") == 3
    assert "Endpoint policy" not in [gate.title for gate in explain(PolicySet()).rows[0].gates]


def test_many_policies_are_counted_not_listed() -> None:
    text = '{"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}'
    told = explain(PolicySet(identity=[identity(text, f"P{number}") for number in range(6)]))
    assert "P0, P1 and 4 more" in told.sentence


FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def unnamed(kind: str, **statement: object) -> Policy:
    return Policy.parse({"Statement": {**FULL, **statement}}, kind)


@pytest.mark.parametrize(
    ("policies", "sentence"),
    [
        ({"boundary": unnamed("boundary", Action="ec2:*")}, "the permissions boundary does not allow s3:GetObject"),
        ({"session": unnamed("session", Effect="Deny")}, "the session policy, statement 1, says no"),
        ({"scps": [[unnamed("scp", Effect="Deny")]]}, "the SCP, statement 1, says no"),
        ({"rcps": [[unnamed("rcp", Effect="Deny", Principal="*")]]}, "the RCP, statement 1, says no"),
        ({"scps": [[]]}, "no SCP allows s3:GetObject"),
        ({"scps": [[], [unnamed("scp")]]}, "no SCP of the organization's root allows s3:GetObject"),
        (
            {"scps": [[unnamed("scp")], [unnamed("scp")], [], []]},
            "no SCP of organizational unit 2 below the root allows s3:GetObject",
        ),
        ({"scps": [[unnamed("scp")], []]}, "no SCP of the account allows s3:GetObject"),
    ],
)
def test_what_policies_without_a_name_are_called(policies: dict[str, Any], sentence: str) -> None:
    kind = "role-session" if "session" in policies else "user"
    caller = Caller(kind, USER.arn, USER.account)
    told = explain(PolicySet(identity=[unnamed("identity")], **policies), caller=caller)
    assert told.sentence == sentence
    assert sentence in str(told)


def test_a_trust_policy_is_called_one_whatever_it_was_read_as() -> None:
    trust = unnamed("resource", Principal={"AWS": "arn:aws:iam::111122223333:user/bea"})
    told = explain(PolicySet(resource=trust), action="sts:AssumeRole", resource=ROLE)
    assert told.sentence == "the trust policy does not allow this caller"
    assert "nearest miss: the trust policy, statement 1" in str(told)
    assert told.to_dict()["rows"][0]["gates"][3]["statements"][0]["policy"] == "the trust policy"


def test_without_any_policy_nothing_could_say_no() -> None:
    assert "no policy is attached that could say no" in str(explain(PolicySet()))


def test_a_resource_policy_for_somebody_else_is_a_near_miss_too() -> None:
    """Only where it speaks of the action and of the resource: what another part of it says would lead astray."""
    somebody = {"AWS": "arn:aws:iam::111122223333:user/bea"}
    bucket = Policy.parse(
        {"Statement": [{**FULL, "Principal": somebody, "Action": "s3:Put*"}, {**FULL, "Principal": somebody}]},
        "resource",
    )
    told = explain(PolicySet(identity=[unnamed("identity", Action="ec2:*", Resource=ROLE)], resource=bucket))
    assert [(miss.policy.kind, miss.statement.index) for miss in told.near_misses] == [("resource", 1), ("identity", 0)]
    assert [element.name for element in told.near_misses[0].misses] == ["Principal"]


def test_no_resource_policy_is_a_near_miss_of_a_boundary() -> None:
    """Its yes would not open the boundary: what comes near is what stands in the boundary."""
    bucket = unnamed("resource", Principal={"AWS": "arn:aws:iam::111122223333:user/bea"})
    limit = unnamed("boundary", Action="ec2:*")
    told = explain(PolicySet(identity=[unnamed("identity")], resource=bucket, boundary=limit))
    assert [miss.policy.kind for miss in told.near_misses] == ["boundary"]


def test_a_session_is_told_with_its_role_where_the_path_is_what_is_missing() -> None:
    session = Caller(
        "role-session",
        "arn:aws:sts::111122223333:assumed-role/Reader/ana",
        "111122223333",
        role_arn=ROLE,
    )
    bucket = unnamed("resource", Principal={"AWS": "arn:aws:iam::111122223333:role/Reader"})
    told = explain(PolicySet(resource=bucket), caller=session)
    assert told.near_misses[0].misses[0].sentence == (
        "Principal lists arn:aws:iam::111122223333:role/Reader, "
        f"not arn:aws:sts::111122223333:assumed-role/Reader/ana (a session of {ROLE})"
    )


@pytest.mark.parametrize(
    "caller", [Caller("root", USER.arn, USER.account), Caller("federated-user", "f", USER.account)]
)
def test_where_full_access_is_implied_the_session_policy_that_lets_it_pass_decides(caller: Caller) -> None:
    told = explain(PolicySet(session=unnamed("session", Action="s3:*")), caller=caller)
    assert told.outcome == "allowed"
    assert [trace.kind for trace in told.deciding] == ["session"]
