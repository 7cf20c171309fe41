"""The laws of evaluation, whatever the policies, whoever asks (docs/rules/policy_evaluation.md 0.1, 0.2, 5)."""

import copy

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from iamviz import Outcome, Policy
from tests.conformance.decisions import decide
from tests.properties.strategies import (
    FULL,
    RESOURCE_PATTERNS,
    RESOURCES,
    documents,
    policy_sets,
    requests,
    statements,
)

DENY_ALL = {"Effect": "Deny", "Action": "*", "Resource": "*"}
WITH_PRINCIPAL = ("resource", "rcps", "vpce")
KINDS = {"scps": "scp", "rcps": "rcp", "vpce": "endpoint"}


def everywhere(policies):
    """The documents of a policy set, each with the key that it stands under."""
    for key, value in policies.items():
        for level in value if isinstance(value, list) else [value] if value else []:
            for document in level if isinstance(level, list) else [level]:
                yield key, document


def statements_of(document):
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


@st.composite
def set_and_one_document(draw):
    """A policy set that holds at least one document, and the key and number of one of them."""
    policies = draw(policy_sets())
    places = [(key, number) for number, (key, _) in enumerate(everywhere(policies))]
    assume(places)
    return policies, *draw(st.sampled_from(places))


def with_statement(policies, number, statement):
    """The same set, one of its documents with one statement more."""
    changed = copy.deepcopy(policies)
    _, document = list(everywhere(changed))[number]
    document["Statement"] = [*statements_of(document), statement]
    return changed


def has_influence(key, request, policies):
    """Whether a Deny under the key reaches the caller at all (5.2, 5.6)."""
    decision = decide(policies, request)
    groups = dict(decision_groups(decision))
    return bool(groups.get(key)) and decision.reason.special is None


def decision_groups(decision):
    from iamviz.engine.match import Applicable

    kinds = {"scp": "scps", "rcp": "rcps", "endpoint": "vpce", "trust": "resource"}
    sets = Applicable.of(decision.request, decision.policies, decision.settings)
    for kind, policies in sets.attached.groups:
        yield kinds.get(kind.value, kind.value), policies


@given(place=set_and_one_document(), request=requests())
def test_forbid_trumps_permit(place, request):
    """A Deny that applies decides, however much is allowed elsewhere."""
    policies, key, number = place
    assume(has_influence(key, request, policies))
    principal = {"Principal": "*"} if key in WITH_PRINCIPAL else {}
    denied = decide(with_statement(policies, number, {**DENY_ALL, **principal}), request)
    assert denied.outcome is Outcome.EXPLICIT_DENY


@given(request=requests())
def test_nothing_is_allowed_by_default(request):
    """Without policies only the root user acts in its own account, and anyone asks who he is."""
    nothing = {
        "identity": [],
        "resource": None,
        "boundary": None,
        "session": None,
        "scps": [],
        "rcps": [],
        "vpce": None,
    }
    decision = decide(nothing, request)
    caller = decision.request.caller
    root = caller.kind == "root" and decision.request.same_account
    needs_key_policy = decision.request.is_kms_key or decision.request.is_trust
    assert decision.allowed is (
        (request["action"] == "sts:GetCallerIdentity" and caller.is_signed) or (root and not needs_key_policy)
    )


@given(policies=policy_sets(), request=requests(), random=st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(policies, request, random):
    """Neither of statements, nor of entries in a list, nor of documents on one level."""
    shuffled = copy.deepcopy(policies)
    for _, document in everywhere(shuffled):
        found = [*statements_of(document), random.choice(statements_of(document))] if statements_of(document) else []
        random.shuffle(found)
        document["Statement"] = found
        for statement in found:
            for name in ("Action", "NotAction", "Resource", "NotResource"):
                if isinstance(statement.get(name), list) and statement[name]:
                    statement[name] = random.sample([*statement[name], statement[name][0]], len(statement[name]) + 1)
    random.shuffle(shuffled["identity"])
    first, second = decide(policies, request), decide(shuffled, request)
    assert (first.outcome, first.message) == (second.outcome, second.message)


@given(policies=policy_sets(), request=requests())
def test_one_document_for_each_statement_is_the_same(policies, request):
    """Documents of one level are pooled."""

    def split(found):
        return [{**document, "Statement": [statement]} for document in found for statement in statements_of(document)]

    apart = {
        **policies,
        "identity": split(policies["identity"]),
        "scps": [split(level) for level in policies["scps"]],
        "rcps": [split(level) for level in policies["rcps"]],
    }
    assert decide(apart, request).outcome is decide(policies, request).outcome


@given(policies=policy_sets(), request=requests(), guardrail=st.data())
def test_guardrails_never_turn_a_denial_into_an_allowance(policies, request, guardrail):
    """A boundary, a session policy, an SCP, an RCP, an endpoint policy only take away.

    One exception, which is AWS's: without a session policy a federated user has no permissions of its own (5.4).
    """
    key = guardrail.draw(st.sampled_from(["boundary", "session", "scps", "rcps", "vpce"]))
    assume(key != "session" or request["principal"]["kind"] != "federated-user")
    document = guardrail.draw(st.one_of(st.just(FULL), documents(KINDS.get(key, "identity"))))
    without = {**policies, key: [] if key in ("scps", "rcps") else None}
    added = {**policies, key: [*policies[key], [document]] if key in ("scps", "rcps") else document}
    assert not decide(added, request).allowed or decide(without, request).allowed


@given(place=set_and_one_document(), request=requests(), data=st.data())
def test_another_allow_never_removes_an_allowance(place, request, data):
    policies, key, number = place
    extra = data.draw(statements(KINDS.get(key, key), ("Allow",)))
    assert not decide(policies, request).allowed or decide(with_statement(policies, number, extra), request).allowed


@given(place=set_and_one_document(), request=requests(), data=st.data())
def test_another_deny_never_adds_an_allowance(place, request, data):
    policies, key, number = place
    extra = data.draw(statements(KINDS.get(key, key), ("Deny",)))
    assert not decide(with_statement(policies, number, extra), request).allowed or decide(policies, request).allowed


@given(policies=policy_sets(), request=requests(), upper=st.booleans())
def test_letter_case_of_actions_changes_nothing(policies, request, upper):
    """Neither in the request nor in the policy."""

    def change(text):
        return text.upper() if upper else text.lower()

    changed = copy.deepcopy(policies)
    for _, document in everywhere(changed):
        for statement in statements_of(document):
            for name in {"Action", "NotAction"} & statement.keys():
                value = statement[name]
                statement[name] = [change(text) for text in value] if isinstance(value, list) else change(value)
    asked = {**request, "action": change(request["action"])}
    outcome = decide(policies, request).outcome
    assert decide(policies, asked).outcome is outcome
    assert decide(changed, request).outcome is outcome


@given(policies=policy_sets(), request=requests())
def test_letter_case_of_condition_keys_changes_nothing(policies, request):
    shouted = {**request, "context": {key.upper(): values for key, values in request["context"].items()}}
    assert decide(policies, shouted).outcome is decide(policies, request).outcome


@given(policies=policy_sets(), request=requests())
def test_one_value_and_a_list_of_one_are_equal(policies, request):
    """In a policy, for every element; in a request, for every value."""

    def listed(value):
        return value if isinstance(value, list) else [value]

    changed = copy.deepcopy(policies)
    for _, document in everywhere(changed):
        document["Statement"] = listed(document["Statement"])
        for statement in document["Statement"]:
            for name in {"Action", "NotAction", "Resource", "NotResource"} & statement.keys():
                statement[name] = listed(statement[name])
            for row in statement.get("Condition", {}).values():
                row.update({key: listed(value) for key, value in row.items()})
    bare = {key: values[0] if len(values) == 1 else values for key, values in request["context"].items()}
    assert decide(changed, {**request, "context": bare}).outcome is decide(policies, request).outcome


@given(policies=policy_sets(), request=requests())
def test_two_spellings_of_everyone_are_equal(policies, request):
    changed = copy.deepcopy(policies)
    for _, document in everywhere(changed):
        for statement in statements_of(document):
            for name in {"Principal", "NotPrincipal"} & statement.keys():
                statement[name] = {"*": {"AWS": "*"}}.get(str(statement[name]), statement[name])
    assert decide(changed, request).outcome is decide(policies, request).outcome


@given(policies=policy_sets(), request=requests())
def test_explaining_changes_nothing_and_says_the_same(policies, request):
    decision = decide(policies, request)
    explanation = decision.explain()
    assert explanation.outcome is decision.outcome
    assert explanation.to_dict()["outcome"] == decision.outcome.value
    assert all(row.passed for row in explanation.rows) is decision.allowed or not explanation.rows
    assert decision == decide(policies, request)


@pytest.mark.parametrize("negated", [False, True])
@given(
    patterns=st.lists(st.sampled_from(RESOURCE_PATTERNS), min_size=1, max_size=3),
    resource=st.sampled_from(RESOURCES),
    name=st.sampled_from(["ana", "bob", "", "*"]),
)
def test_what_no_statement_could_cover_none_covers(negated, patterns, resource, name):
    """A quick no never stands against the engine's yes, whatever the variables are."""
    element = "NotResource" if negated else "Resource"
    policy = Policy.parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", element: patterns}})
    statement = policy.statements[0]
    for context in ({}, {"aws:username": (name,)}):
        assert statement.could_cover(resource) or not statement.covers_resource(resource, context)
