"""On what: docs/rules/policy_evaluation.md 1.5 and 2.2, and the catalogue of resource types."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from iamviz.catalogue import WITHOUT_SLASH, action_resources, resource_formats, service_exists, services
from iamviz.policy.check.arns import ACCOUNT_WORDS, PARTITIONS, can_meet, has_wildcard
from iamviz.policy.check.report import Report
from iamviz.policy.check.structure import a_policy
from iamviz.policy.check.views import VARIABLE, Entry, Statement, arn_fields, quote, without_variables
from iamviz.policy.model import PolicyKind

__all__ = ["RESOURCE_CHECKS", "fits"]

_FILLED = frozenset({PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SCP})
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d+", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_FORM = "arn:partition:service:region:account:resource"
# Their request resource is arn:aws:s3:::*, although the catalogue gives them none (2.2).
_ANY_BUCKET = frozenset({"s3:listallmybuckets"})
_MOST_PAIRS = 50_000


def check_resources(statement: Statement, report: Report) -> None:
    """1.5: a resource is ``*`` or an ARN pattern with a known partition and no wildcard in the service."""
    if statement.kind is PolicyKind.TRUST:
        return
    for entry in statement.texts("Resource", "NotResource"):
        if entry.text == "*":
            continue
        fields = arn_fields(entry.text)
        if fields[0] != "arn":
            hint = _bucket_hint(statement, entry.text) or f"the form is {_FORM}, or *"
            report.error("INVALID_ARN_PREFIX", entry.place, f"the resource {quote(entry.text)} is not an ARN", hint)
            continue
        _check_length(statement, entry, fields, report)
        _check_partition(entry, fields, report)
        _check_service(entry, fields[2] if len(fields) > 2 else "", report)
        if len(fields) == 6:
            _check_region_and_account(entry, fields, report)


def _bucket_hint(statement: Statement, text: str) -> str:
    """What a bare name was probably meant to be in a statement about S3."""
    is_s3 = any(entry.text.lower().startswith("s3:") for entry in statement.texts("Action", "NotAction"))
    return f"did you mean arn:aws:s3:::{text}?" if is_s3 and re.fullmatch(r"[\w./*-]{3,60}", text) else ""


def _check_length(statement: Statement, entry: Entry, fields: list[str], report: Report) -> None:
    """1.5 and 2.2, rules 4 and 6: who completes an ARN of fewer than six fields."""
    if len(fields) == 6:
        if not fields[5]:
            message = f"the ARN {quote(entry.text)} names no resource"
            report.warning("EMPTY_ARN_RESOURCE", entry.place, message, "add * to mean all of them")
        return
    message = f"the ARN {quote(entry.text)} has {len(fields)} of six fields"
    if statement.kind in _FILLED:
        if any(field.endswith("*") for field in fields[1:-1]):
            report.warning(
                "AMBIGUOUS_ARN",
                entry.place,
                f"{message}, and a wildcard ends one of them: two rules of AWS compete for what it covers",
                f"write all fields: {_FORM}",
            )
        else:
            report.advice("INCOMPLETE_ARN", entry.place, f"{message}; AWS fills in *", f"write all fields: {_FORM}")
    elif entry.text.endswith("*"):
        hint = f"write all fields: {_FORM}"
        report.warning("INCOMPLETE_ARN", entry.place, f"{message}; whether AWS takes it here is not certain", hint)
    elif statement.kind is PolicyKind.SESSION:
        report.error("MISSING_ARN_FIELD", entry.place, f"{message}; session policies need them all", f"write {_FORM}")
    else:
        message += f"; {a_policy(statement.kind)} needs them all"
        report.analyzer_error("MISSING_ARN_FIELD", entry.place, message, f"write {_FORM}")


def _check_partition(entry: Entry, fields: list[str], report: Report) -> None:
    """1.5: no wildcard in the partition, as an authoring rule; AWS itself writes some."""
    partition = fields[1] if len(fields) > 1 else ""
    if has_wildcard(partition):
        if len(fields) > 2:
            message = f"a wildcard in the partition of {quote(entry.text)}"
            report.advice("WILDCARD_IN_PARTITION", entry.place, message, "an account is in one partition: write aws")
    elif partition not in PARTITIONS and not VARIABLE.search(partition):
        near = report.nearest(partition, PARTITIONS, 0.5)
        hint = f"did you mean {near}?" if near else f"partitions are {', '.join(PARTITIONS)}"
        message = f"the ARN {quote(entry.text)} has an unknown partition"
        report.analyzer_error("INVALID_PARTITION", entry.place, message, hint)


def _check_service(entry: Entry, service: str, report: Report) -> None:
    """1.3 and 1.5: the service is written out, in lower case, and holds no wildcard."""
    if not service:
        if not entry.text.endswith("*"):
            report.error("MISSING_ARN_SERVICE", entry.place, f"the ARN {quote(entry.text)} names no service", _FORM)
    elif has_wildcard(service):
        hint = "write one ARN for each service, or *"
        message = f"a wildcard in the service of {quote(entry.text)}"
        report.error("WILDCARD_IN_ARN_SERVICE", entry.place, message, hint)
    elif service != service.lower() and not VARIABLE.search(service):
        message = f"the service in {quote(entry.text)} has capitals; resources keep letter case"
        report.analyzer_error("INVALID_ARN_SERVICE_CASE", entry.place, message, f"write {service.lower()}")
    elif service and not service_exists(service):
        near = report.nearest(service, services(), 0.85)
        if near:
            message = f"the service {quote(service)} in {quote(entry.text)} is not known"
            report.warning("INVALID_ARN_SERVICE", entry.place, message, f"did you mean {near}?")


def _check_region_and_account(entry: Entry, fields: list[str], report: Report) -> None:
    """A Region looks like eu-west-1, an account has twelve digits; either may be empty."""
    region, account = fields[3], fields[4]
    if region and not has_wildcard(region) and not VARIABLE.search(region) and not _REGION.fullmatch(region):
        message = f"{quote(region)} in {quote(entry.text)} is not a Region"
        report.analyzer_error("INVALID_ARN_REGION", entry.place, message, "such as eu-west-1; * means all of them")
    if (
        account
        and not has_wildcard(account)
        and not VARIABLE.search(account)
        and account not in ACCOUNT_WORDS
        and not _ACCOUNT.fullmatch(account)
    ):
        message = f"{quote(account)} in {quote(entry.text)} is not an account id"
        report.analyzer_error("INVALID_ARN_ACCOUNT", entry.place, message, "account ids have twelve digits")


def check_formats(statement: Statement, report: Report) -> None:
    """The ARN should fit a resource type of its service, as far as the catalogue knows them; 2.2, rule 8."""
    if statement.kind is PolicyKind.TRUST:
        return
    for entry in statement.texts("Resource", "NotResource"):
        fields = arn_fields(without_variables(entry.text))
        formats = _formats(fields[2]) if len(fields) == 6 else ()
        if not formats or entry.text == "*":
            continue
        alike = [form for form in formats if can_meet(fields[5], form[2])]
        if not alike:
            _unknown_type(entry, fields, report)
            continue
        fitting = [form for form in alike if _allows(form[0], fields[3]) and _allows(form[1], fields[4])]
        if not fitting:
            _region_or_account(entry, fields, alike, report)
        elif "*" in fields[5] and not any(can_meet(fields[5], form[2], stops_at_colon=True) for form in fitting):
            message = f"a * inside {quote(fields[5])} has to run over a colon, which AWS does not promise"
            report.advice("WILDCARD_OVER_COLON", entry.place, message, "write a * for each part between two colons")


@lru_cache(maxsize=512)
def _formats(service: str) -> tuple[tuple[str, str, str], ...]:
    """(region, account, resource) of each format of a service, placeholders as ``*``."""
    found = []
    for arn in resource_formats(service).values():
        fields = arn_fields(_PLACEHOLDER.sub("*", arn))
        if len(fields) == 6 and fields[2] == service:
            found.append((fields[3], fields[4], fields[5]))
    return tuple(found)


def _allows(wanted: str, written: str) -> bool:
    """Whether a Region or account field as written can be that of a format: empty where the format's is empty."""
    if not wanted:
        return not written.strip("*")
    return bool(written) and can_meet(written, wanted)


def _unknown_type(entry: Entry, fields: list[str], report: Report) -> None:
    names = ", ".join(list(resource_formats(fields[2]))[:6])
    message = f"{quote(fields[5])} in {quote(entry.text)} is no known type of resource of {fields[2]}"
    report.warning("INVALID_ARN_RESOURCE", entry.place, message, f"it has {names}" if names else "")


def _region_or_account(entry: Entry, fields: list[str], alike: list[tuple[str, str, str]], report: Report) -> None:
    """An empty account is let pass: resources that belong to AWS have none, which no format says."""
    if not any(_allows(form[0], fields[3]) for form in alike):
        if fields[3]:
            message = f"{quote(entry.text)} has a Region, but such resources of {fields[2]} have none in their ARN"
            report.analyzer_error("ARN_REGION_NOT_ALLOWED", entry.place, message, "leave the field empty")
        else:
            message = f"{quote(entry.text)} has no Region, but such resources of {fields[2]} have one in their ARN"
            report.analyzer_error("MISSING_ARN_REGION", entry.place, message, "write the Region; * means all of them")
    elif fields[4] and not any(_allows(form[1], fields[4]) for form in alike):
        message = f"{quote(entry.text)} has an account id, but such resources of {fields[2]} have none in their ARN"
        report.analyzer_error("ARN_ACCOUNT_NOT_ALLOWED", entry.place, message, "leave the field empty")


def check_type_wildcard(statement: Statement, report: Report) -> None:
    """1.5: no wildcard in the resource type (``functi*:my-function``), as an authoring rule."""
    for entry in statement.texts("Resource", "NotResource"):
        fields = arn_fields(without_variables(entry.text, "_"))
        if len(fields) < 6 or fields[2] == "s3":
            continue
        kind, separator, _ = _split_type(fields[5])
        if separator and kind.strip("*?") and has_wildcard(kind) and _has_typed_formats(fields[2]):
            message = f"a wildcard in the resource type {quote(kind)}"
            report.advice("WILDCARD_IN_RESOURCE_TYPE", entry.place, message, "write the type in full")


def _split_type(resource: str) -> tuple[str, str, str]:
    match = re.search("[:/]", resource)
    return (resource[: match.start()], match[0], resource[match.end() :]) if match else (resource, "", "")


def _has_typed_formats(service: str) -> bool:
    kinds = [_split_type(form[2])[0] for form in _formats(service)]
    return bool(kinds) and all(kind and "*" not in kind for kind in kinds)


def check_fit(statement: Statement, report: Report) -> None:
    """2.2, rules 1 and 2: an action meets only resources of its own types; one without types meets only ``*``."""
    patterns = [_completed(without_variables(entry.text)) for entry in statement.resources]
    if (
        statement.kind is PolicyKind.TRUST
        or not patterns
        or not all(pattern.startswith("arn:") for pattern in patterns)
    ):
        return
    if len(patterns) * len(statement.actions) > _MOST_PAIRS:
        return
    for entry in statement.actions:
        if fits(entry.text, patterns):
            continue
        kinds = action_resources(entry.text) or ()
        if kinds:
            message = f"{entry.text} works on {_listed(kinds)}, and no Resource of the statement is one"
        else:
            message = f"{entry.text} works on no single resource: only Resource * covers it"
        report.warning(
            "RESOURCE_DOES_NOT_FIT_ACTION",
            entry.place,
            f"{message}, so the statement does nothing for it, as far as the catalogue knows",
            f"add an ARN such as {_example(entry.text, kinds)}" if kinds else 'write a statement with "Resource": "*"',
        )


def _listed(kinds: Iterable[str]) -> str:
    return " or ".join(kind if kind.endswith("*") else f"{kind}s" for kind in kinds)


def _example(action: str, kinds: tuple[str, ...]) -> str:
    formats = resource_formats(action.partition(":")[0].lower())
    return formats.get(kinds[-1], "").replace("${Partition}", "aws") or f"that of a {kinds[-1]}"


def fits(action: str, patterns: Sequence[str]) -> bool:
    """Whether some pattern can cover a resource of an action; true where the catalogue cannot tell."""
    kinds = action_resources(action)
    if kinds is None or action.lower() in _ANY_BUCKET:
        return True
    service = action.partition(":")[0].lower()
    formats = resource_formats(service)
    if any(kind not in formats for kind in kinds):
        return True
    return any(
        _arns_meet(pattern, _PLACEHOLDER.sub("*", formats[kind]))
        for kind in kinds
        for pattern in patterns
        if (service, kind) not in WITHOUT_SLASH or pattern.count("/") <= formats[kind].count("/")
    )


def _completed(text: str) -> str:
    fields = arn_fields(text)
    return ":".join(fields + ["*"] * (6 - len(fields))) if fields[0] == "arn" else text


def _arns_meet(pattern: str, arn: str) -> bool:
    """Field by field; a ``*`` that ends the Region or account field may run over the colons behind it (2.2, rule 6)."""
    written, wanted = arn_fields(pattern), arn_fields(arn)
    if len(written) < 6 or len(wanted) < 6:
        return can_meet(pattern, arn)
    if not (can_meet(written[1], wanted[1]) and can_meet(written[2], wanted[2])):
        return False
    if written[3].endswith("*") or written[4].endswith("*"):
        return can_meet(":".join(written[3:]), ":".join(wanted[3:]))
    return all(can_meet(one, other) for one, other in zip(written[3:], wanted[3:], strict=True))


RESOURCE_CHECKS: tuple[Callable[[Statement, Report], None], ...] = (
    check_resources,
    check_formats,
    check_type_wildcard,
    check_fit,
)
