"""STS scenarios: docs/rules/roles_and_sessions.md section 8, on top of iamviz.world and iamviz.calls.

A world is built from ``given``, every step becomes a call. What iamviz does not know yet is an error with the code
``NotImplemented``. Nothing here reads what a scenario expects.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from immutables import Map

from iamviz import Call, CallError, Policy, Result, World, perform
from iamviz.world import AccessKey, Account, Group, ManagedPolicy, Resource, Role, User
from iamviz.world.entities import OidcProvider
from iamviz.world.ids import access_key_id, unique_id

Given = Mapping[str, Any]
Names = Mapping[tuple[str, str, str], list[str]]
INLINE_CALL = re.compile(r"iam:(Put|Delete)(User|Group|Role)Policy")
NAMELESS = re.compile(r"policy-\d+")
CREATION = re.compile(r"iam:Create(?:User|Group|Role)")
INSTANTS = ("exp", "nbf", "iat", "SessionNotOnOrAfter")
NOT_IMPLEMENTED = "NotImplemented"


def replay(given: Given, steps: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The outcome of every step, in order."""
    start = moment(given["time0"])
    world = build_world(given, deleted_names(steps))
    outcomes = []
    for step in steps:
        world = without_nameless(world, step)
        try:
            results = play(world, build_calls(step, start))
        except CallError as error:
            outcomes.append(error_outcome(NOT_IMPLEMENTED, str(error)))
            continue
        world = results[-1].world
        decisive = next((result for result in results if not result.ok), results[0])
        outcomes.append(outcome_of(decisive, start + timedelta(seconds=step["at"])))
    return outcomes


def play(world: World, calls: Iterable[Call]) -> list[Result]:
    """Perform calls in order, up to the first that is refused."""
    results: list[Result] = []
    for call in calls:
        results.append(perform(results[-1].world if results else world, call))
        if not results[-1].ok:
            break
    return results


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def without_nameless(world: World, step: Mapping[str, Any]) -> World:
    """The world before an administrator deletes a user or role, without what a scenario cannot take from it by name.

    IAM deletes only bare identities, but policies in ``given``, keys and memberships have no names there: they go with
    their owner, unless the scenario itself deletes one of them (`deleted_names`).
    """
    kind = {"iam:DeleteUser": "user", "iam:DeleteRole": "role"}.get(step["call"], "")
    actor, _, account = step["actor"].partition(":")
    if actor != "admin" or not kind:
        return world
    things: Mapping[str, User | Role] = world.users if kind == "user" else world.roles
    name = step["params"].get(f"{kind.title()}Name")
    for thing in things.values():
        if (thing.account, thing.name) == (account, name):
            inline = tuple(policy for policy in thing.inline if not NAMELESS.fullmatch(policy.name))
            if isinstance(thing, Role):
                return world.with_role(replace(thing, inline=inline))
            return world.with_user(replace(thing, inline=inline, groups=(), access_keys=None, mfa_serial=""))
    return world


# -- results


def outcome_of(result: Result, at: datetime) -> dict[str, Any]:
    if result.error is not None:
        return error_outcome(result.error.code, result.error.message)
    return {"outcome": "ok", "code": None, "message": None, "result": dict(result_keys(result.value or {}, at))}


def error_outcome(code: str, message: str) -> dict[str, Any]:
    return {"outcome": "error", "code": code, "message": message, "result": None}


def result_keys(value: Mapping[str, Any], at: datetime) -> Iterator[tuple[str, Any]]:
    """AssumedRoleArn, ExpiresIn, Arn, Account and SourceIdentity, as far as the call has them."""
    if "AssumedRoleUser" in value:
        yield "AssumedRoleArn", value["AssumedRoleUser"]["Arn"]
    if "Credentials" in value:
        expires = moment(value["Credentials"]["Expiration"])
        yield "ExpiresIn", int((expires - at).total_seconds())
    if "FederatedUser" in value:
        yield "Arn", value["FederatedUser"]["Arn"]
    for name in ("Arn", "Account", "SourceIdentity"):
        if name in value:
            yield name, value[name]


# -- steps


def build_calls(step: Mapping[str, Any], start: datetime) -> Iterator[Call]:
    """The calls of a step: one, but a user or role that is created with its policies needs a call for each of them."""
    call = build_call(step, start)
    documents = call.params.get("policies") if CREATION.fullmatch(step["call"]) else None
    if documents is None:
        yield call
        return
    kind = call.name.removeprefix("Create")
    owner = {f"{kind}Name": call.params.get(f"{kind}Name")}
    yield replace(call, params={name: value for name, value in call.params.items() if name != "policies"})
    for number, document in enumerate(documents, 1):
        put = {**owner, "PolicyName": f"policy-{number}", "PolicyDocument": json.dumps(document)}
        yield replace(call, operation=f"iam:Put{kind}Policy", params=put)


def build_call(step: Mapping[str, Any], start: datetime) -> Call:
    """The call as it stands in the step."""
    params = {name: parameter(name, value, start) for name, value in step["params"].items()}
    at = start + timedelta(seconds=step["at"])
    return Call(step["actor"], step["call"], params, at, step.get("save"), step.get("context", {}))


def parameter(name: str, value: Any, start: datetime) -> Any:
    """Policy documents travel as text; the instants of a token count from the start of the scenario."""
    if not isinstance(value, Mapping):
        return value
    if name.endswith(("Policy", "PolicyDocument")):
        return json.dumps(value)
    instants = {claim: int(start.timestamp()) + value[claim] for claim in INSTANTS if isinstance(value.get(claim), int)}
    return {**value, **instants}


def deleted_names(steps: list[Mapping[str, Any]]) -> dict[tuple[str, str, str], list[str]]:
    """The names of inline policies that steps delete without having put them, by account, kind and owner.

    The policies in ``given`` have no names; such a step means one of them.
    """
    put: set[tuple[str, str, str, str]] = set()
    deleted: dict[tuple[str, str, str], list[str]] = {}
    for step in steps:
        match = INLINE_CALL.fullmatch(step["call"])
        if match is None:
            continue
        verb, kind = match.groups()
        params = step["params"]
        owner = (step["actor"].partition(":")[2].partition("/")[0], kind.lower(), params.get(f"{kind}Name", ""))
        name = params.get("PolicyName", "")
        if verb == "Put":
            put.add((*owner, name))
        elif (*owner, name) not in put:
            deleted.setdefault(owner, []).append(name)
    return deleted


# -- the world


def build_world(given: Given, names: Names = MappingProxyType({})) -> World:
    """Everything in ``given`` counts as saved earlier: nothing is checked, trust policies are bound to what exists."""
    return _Builder(given, names).world()


class _Builder:
    def __init__(self, given: Given, names: Names) -> None:
        self.given = given
        self.names = names
        self.managed: dict[str, ManagedPolicy] = {}

    def world(self) -> World:
        given = self.given
        accounts = {number: account(number, item) for number, item in given["accounts"].items()}
        groups = self.all("groups", self.group)
        users = self.all("users", lambda item: self.user(item, groups))
        roles = self.all("roles", self.role)
        buckets = self.all("buckets", bucket)
        providers = self.all("oidc_providers", oidc_provider)
        return World(
            moment(given["time0"]),
            accounts=Map(accounts),
            groups=Map(groups),
            users=Map(users),
            roles=Map(roles),
            resources=Map(buckets),
            oidc_providers=Map(providers),
            saml_providers=saml_providers(given),
            managed_policies=Map(self.managed),
            mfa_code=given.get("mfa_code", "123456"),
        ).with_bound_trust()

    def all(self, kind: str, make: Callable[[Any], Any]) -> dict[str, Any]:
        return {thing.arn: thing for thing in map(make, self.given.get(kind, ()))}

    def group(self, item: Given) -> Group:
        arn = arn_of("group", item)
        return Group(arn, unique_id("AGPA", item["account"], arn), self.policies("group", item))

    def user(self, item: Given, groups: Mapping[str, Group]) -> User:
        arn = arn_of("user", item)
        member = [g.arn for n in item.get("groups") or () for g in groups.values() if is_called(g, item["account"], n)]
        return User(
            arn,
            unique_id("AIDA", item["account"], arn),
            self.policies("user", item),
            groups=tuple(member),
            boundary=self.boundary("user", item),
            tags=Map(item.get("tags") or {}),
            access_keys=(AccessKey(access_key_id("AKIA", item["account"], arn)),),
            mfa_serial=item.get("mfa") or "",
        )

    def role(self, item: Given) -> Role:
        arn = arn_of("role", item)
        return Role(
            arn,
            unique_id("AROA", item["account"], arn),
            self.policies("role", item),
            trust=Policy.parse(item["trust"], "trust", name="trust policy"),
            boundary=self.boundary("role", item),
            max_session_duration=item.get("max", 3600),
            tags=Map(item.get("tags") or {}),
        )

    def policies(self, kind: str, item: Given) -> tuple[Policy, ...]:
        names = self.names.get((item["account"], kind, item["name"]), [])
        documents = item.get("policies") or ()
        names = [*names, *(f"policy-{number + 1}" for number in range(len(documents)))]
        return tuple(Policy.parse(d, "identity", name=name) for d, name in zip(documents, names, strict=False))

    def boundary(self, kind: str, item: Given) -> str:
        """A scenario writes the boundary out; the world holds it as a managed policy."""
        if not item.get("boundary"):
            return ""
        arn = f"arn:aws:iam::{item['account']}:policy/boundary-of-{kind}-{item['name']}"
        self.managed[arn] = ManagedPolicy(arn, Policy.parse(item["boundary"], "boundary", name="boundary", arn=arn))
        return arn


def account(number: str, item: Given) -> Account:
    def levels(kind: str) -> tuple[tuple[Policy, ...], ...]:
        return tuple(
            tuple(Policy.parse(document, kind, name=f"{kind} {n}.{m}") for m, document in enumerate(level))
            for n, level in enumerate(item.get(f"{kind}s") or ())
        )

    return Account(
        number, item["name"], item.get("org") or "", bool(item.get("management")), levels("scp"), levels("rcp")
    )


def bucket(item: Given) -> Resource:
    policy = Policy.parse(item["policy"], "resource", name="bucket policy") if item.get("policy") else None
    return Resource(f"arn:aws:s3:::{item['name']}", item["account"], "bucket", policy)


def oidc_provider(item: Given) -> OidcProvider:
    host = item["url"].removeprefix("https://").rstrip("/")
    return OidcProvider(f"arn:aws:iam::{item['account']}:oidc-provider/{host}", tuple(item.get("client_ids") or ()))


def saml_providers(given: Given) -> frozenset[str]:
    """Those that are listed; a scenario that lists none has those that its roles trust."""
    listed = given.get("saml_providers")
    if listed is None:
        trusted = (json.dumps(role["trust"]) for role in given.get("roles", ()))
        return frozenset(arn for text in trusted for arn in re.findall(r"arn:[^\s\"]+:saml-provider/[\w._-]+", text))
    return frozenset(
        item if isinstance(item, str) else f"arn:aws:iam::{item['account']}:saml-provider/{item['name']}"
        for item in listed
    )


def arn_of(kind: str, item: Given) -> str:
    return f"arn:aws:iam::{item['account']}:{kind}{item.get('path') or '/'}{item['name']}"


def is_called(group: Group, account: str, name: str) -> bool:
    return group.account == account and group.name == name
