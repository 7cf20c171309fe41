"""AWS's sentences: docs/rules/policy_evaluation.md 6.1, every row of the table."""

import pytest

from iamviz import Caller, Outcome, Policy, PolicySet, Request, Settings, evaluate
from iamviz.engine.wording import client_code, client_view, reason_clause
from iamviz.policy.model import PolicyKind

EXPLICIT, IMPLICIT = Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY
ROWS = [
    (PolicyKind.IDENTITY, "no identity-based policy allows", "an identity-based policy"),
    (PolicyKind.RESOURCE, "no resource-based policy allows", "a resource-based policy"),
    (PolicyKind.TRUST, "no role trust policy allows", "the role trust policy"),
    (PolicyKind.BOUNDARY, "no permissions boundary allows", "a permissions boundary"),
    (PolicyKind.SESSION, "no session policy allows", "a session policy"),
    (PolicyKind.SCP, "no service control policy allows", "a service control policy"),
    (PolicyKind.RCP, "no resource control policy allows", "a resource control policy"),
    (PolicyKind.ENDPOINT, "no VPC endpoint policy allows", "a VPC endpoint policy"),
]


@pytest.mark.parametrize(("kind", "implicit", "explicit"), ROWS)
def test_each_kind_of_policy_has_its_two_clauses(kind: PolicyKind, implicit: str, explicit: str) -> None:
    assert reason_clause("s3:GetObject", IMPLICIT, kind) == f"because {implicit} the s3:GetObject action"
    assert reason_clause("s3:GetObject", EXPLICIT, kind) == f"with an explicit deny in {explicit}"


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("s3", "AccessDenied"),
        ("sts", "AccessDenied"),
        ("kms", "AccessDeniedException"),
        ("ec2", "UnauthorizedOperation"),
    ],
)
def test_a_service_spells_the_code_its_own_way(service: str, code: str) -> None:
    assert client_code(service) == code
    assert client_view(f"{service}:Do", "AccessDenied", "no").startswith(
        f"An error occurred ({code}) when calling the Do"
    )


def test_another_code_stays_as_it_is() -> None:
    assert (
        client_view("ec2:Do", "NoSuchEntity", "x")
        == "An error occurred (NoSuchEntity) when calling the Do operation: x"
    )


EXPIRED = "The security token included in the request is expired"
NO_SUCH_KEY = "The AWS Access Key Id you provided does not exist in our records."
NOT_VALIDATED = "AWS was not able to validate the provided access credentials"
UNKNOWN = "The security token included in the request is invalid."


@pytest.mark.parametrize(
    ("service", "seen"),
    [
        ("sts", f"(ExpiredToken) when calling the Do operation: {EXPIRED}"),
        ("iam", f"(ExpiredToken) when calling the Do operation: {EXPIRED}"),
        ("sqs", f"(ExpiredToken) when calling the Do operation: {EXPIRED}"),
        ("dynamodb", f"(ExpiredTokenException) when calling the Do operation: {EXPIRED}"),
        ("kms", f"(ExpiredTokenException) when calling the Do operation: {EXPIRED}"),
        ("ec2", "(RequestExpired) when calling the Do operation: Request has expired."),
    ],
)
def test_a_service_has_its_own_word_for_credentials_that_are_over(service: str, seen: str) -> None:
    """The table of docs/rules/roles_and_sessions.md 4.14."""
    assert client_view(f"{service}:Do", "ExpiredToken", EXPIRED) == f"An error occurred {seen}"


@pytest.mark.parametrize(
    ("service", "seen"),
    [
        ("sts", f"(InvalidClientTokenId) when calling the Do operation: {UNKNOWN}"),
        ("iam", f"(InvalidClientTokenId) when calling the Do operation: {UNKNOWN.removesuffix('.')}"),
        ("kms", f"(UnrecognizedClientException) when calling the Do operation: {UNKNOWN}"),
        (
            "s3",
            f"(InvalidAccessKeyId) when calling the Do operation: {NO_SUCH_KEY}",
        ),
        (
            "ec2",
            f"(AuthFailure) when calling the Do operation: {NOT_VALIDATED}",
        ),
    ],
)
def test_a_service_has_its_own_word_for_credentials_that_it_does_not_know(service: str, seen: str) -> None:
    assert client_view(f"{service}:Do", "InvalidClientTokenId", UNKNOWN) == f"An error occurred {seen}"


@pytest.mark.parametrize(
    "clause",
    [" because no identity-based policy allows the s3:Do action", " with an explicit deny in a session policy", ""],
)
def test_s3_quotes_the_arn_also_when_the_key_holds_the_clause(clause: str) -> None:
    arn = "arn:aws:s3:::b/because no policy"
    seen = client_view(
        "s3:Do", "AccessDenied", f"User: u is not authorized to perform: s3:Do on resource: {arn}{clause}"
    )
    assert seen.endswith(f'on resource: "{arn}"{clause}')


def test_a_request_for_everything_names_no_resource() -> None:
    user = Caller("user", "arn:aws:iam::111122223333:user/ana", "111122223333")
    message = evaluate(Request(user, "ec2:DescribeInstances", "*", "111122223333"), PolicySet()).message
    assert message is not None
    assert "on resource" not in message


@pytest.mark.parametrize(
    ("caller", "start"),
    [
        (Caller("anonymous"), "User: anonymous is not"),
        (Caller("service", service="ec2.amazonaws.com"), "User: ec2.amazonaws.com is not"),
        (Caller("federated", federated="accounts.google.com"), "Not authorized to perform s3:GetObject"),
    ],
)
def test_callers_without_an_arn_have_a_name_too(caller: Caller, start: str) -> None:
    decision = evaluate(Request(caller, "s3:GetObject", "arn:aws:s3:::b/k", "111122223333"), PolicySet())
    assert decision.message is not None
    assert decision.message.startswith(start)


def test_an_unsigned_call_names_no_user_with_a_reason_either() -> None:
    """Whoever shows a token of a provider has no ARN yet."""
    caller = Caller("federated", account="111122223333", federated="accounts.google.com")
    role = "arn:aws:iam::111122223333:role/Reader"
    request = Request(caller, "sts:AssumeRoleWithWebIdentity", role, "111122223333")
    assert evaluate(request, PolicySet()).message == (
        "Not authorized to perform sts:AssumeRoleWithWebIdentity "
        "because no role trust policy allows the sts:AssumeRoleWithWebIdentity action"
    )


def test_a_federated_user_is_refused_before_any_policy() -> None:
    """Its own kind is the reason, so no policy is named."""
    ops = "arn:aws:sts::111122223333:federated-user/ops"
    caller = Caller("federated-user", ops, "111122223333", user_arn="arn:aws:iam::111122223333:user/ana")
    role = "arn:aws:iam::111122223333:role/Reader"
    decision = evaluate(Request(caller, "sts:AssumeRole", role, "111122223333"), PolicySet())
    assert decision.message == f"User: {ops} is not authorized to perform: sts:AssumeRole on resource: {role}"
    assert decision.explain().sentence == "a federated user cannot assume a role"


ARN = "arn:aws:organizations::999988887777:policy/o-exampleorgid/service_control_policy/p-examplepolicyid123"


@pytest.mark.parametrize(
    ("kind", "caller_kind", "named"),
    [
        ("identity", "user", True),
        ("boundary", "user", True),
        ("session", "role-session", True),
        ("scp", "user", True),
        ("rcp", "user", True),
        ("resource", "user", False),
        ("endpoint", "user", False),
    ],
)
def test_newer_services_name_the_policy_that_denies(kind: str, caller_kind: str, named: bool) -> None:
    full = {"Action": "*", "Resource": "*"} | ({"Principal": "*"} if kind in ("resource", "endpoint", "rcp") else {})
    quiet = Policy.parse({"Statement": {"Effect": "Allow", **full}}, kind, arn="arn:of:another:policy")
    denying = Policy.parse({"Statement": {"Effect": "Deny", **full}}, kind, arn=ARN)
    many = {"identity": [quiet, denying], "session": [quiet, denying], "scps": [[quiet, denying]]}
    place = {"scp": "scps", "rcp": "rcps"}.get(kind, kind)
    given = [[quiet, denying]] if kind == "rcp" else many.get(place, denying)
    user = Caller(caller_kind, "arn:aws:iam::111122223333:user/ana", "111122223333")
    request = Request(user, "s3:GetObject", "arn:aws:s3:::b/k", "111122223333")
    plain = evaluate(request, PolicySet(**{place: given})).message
    telling = evaluate(request, PolicySet(**{place: given}), Settings(name_denying_policy=True)).message
    assert plain is not None
    assert " with an explicit deny in " in plain
    assert telling == (f"{plain}: {ARN}" if named else plain)


def test_a_policy_without_an_arn_and_a_silence_are_not_named() -> None:
    user = Caller("user", "arn:aws:iam::111122223333:user/ana", "111122223333")
    request = Request(user, "s3:GetObject", "arn:aws:s3:::b/k", "111122223333")
    inline = Policy.parse({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
    for policies in (PolicySet(identity=[inline]), PolicySet()):
        message = evaluate(request, policies, Settings(name_denying_policy=True)).message
        assert message == evaluate(request, policies).message


OUTSIDE_KEY = (
    "User: arn:aws:iam::444455556666:user/bob is not authorized to perform: kms:Decrypt on this resource because the "
    "resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy "
    "explicitly denies access"
)


def ask_for_a_key(owner: str, *, own: str = "Allow", key: dict | None = None) -> str | None:
    bob = Caller("user", "arn:aws:iam::444455556666:user/bob", "444455556666")
    arn = f"arn:aws:kms:eu-west-1:{owner}:key/1234"
    statement = {"Effect": own, "Action": "kms:*", "Resource": "*"}
    given = {"identity": [{"Version": "2012-10-17", "Statement": [statement]}]}
    if key is not None:
        given["resource"] = {"Version": "2012-10-17", "Statement": [key]}
    return evaluate(Request(bob, "kms:Decrypt", arn, owner), PolicySet.from_documents(given)).message


@pytest.mark.parametrize(
    "key",
    [
        None,
        {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"},
    ],
)
def test_of_a_key_of_another_account_kms_does_not_say_what_its_policy_says(key: dict | None) -> None:
    assert ask_for_a_key("111122223333", key=key) == OUTSIDE_KEY


def test_of_a_key_the_other_reasons_are_named_as_ever() -> None:
    """The caller's own policy comes first; a key of the caller's account says which policy it was."""
    of_his_own = str(ask_for_a_key("111122223333", own="Deny"))
    assert of_his_own.endswith("with an explicit deny in an identity-based policy")
    assert str(ask_for_a_key("444455556666")).endswith("because no resource-based policy allows the kms:Decrypt action")
