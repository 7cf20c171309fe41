"""What is done: docs/rules/policy_evaluation.md 1.5 and 2.1, and the catalogue of actions.

The catalogue is a copy of AWS's own list of one day. An action that it lacks in a service that it knows is what Access
Analyzer calls an error; a service that it lacks may be new or retired, so that is an error only where the name is near
to a known one (docs/limits.md, The checker).
"""

import re
from collections.abc import Callable

from iamviz.catalogue import action_info, actions_of, service_exists, services
from iamviz.patterns import compile_glob
from iamviz.policy.check.report import Report
from iamviz.policy.check.views import Entry, Statement, quote
from iamviz.policy.model import PolicyKind

__all__ = ["ACTION_CHECKS"]

_PREFIX = re.compile(r"[A-Za-z0-9*?-]+", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9*?_-]+", re.ASCII)
_COMMON = ("s3", "ec2", "iam", "sts", "lambda", "dynamodb", "sqs", "sns", "kms", "logs")
_NEAR_SERVICE = 0.85


def check_actions(statement: Statement, report: Report) -> None:
    """1.5: an action is ``*`` or ``prefix:Name``, and exists."""
    for entry in statement.texts("Action", "NotAction"):
        if entry.text == "*" or not _check_syntax(statement, entry, report):
            continue
        prefix, _, name = entry.text.partition(":")
        if "*" in prefix or "?" in prefix:
            _wildcard_prefix(entry, prefix, report)
        elif not service_exists(prefix):
            _unknown_service(entry, prefix, name, report)
        elif "*" in name or "?" in name:
            _pattern(entry, prefix, name, report)
        elif action_info(entry.text) is None:
            near = report.nearest(name, actions_of(prefix.lower()))
            hint = f"did you mean {prefix}:{near}?" if near else f"see the actions of {prefix.lower()}"
            message = f"the action {quote(entry.text)} does not exist"
            report.analyzer_error("INVALID_ACTION", entry.place, message, hint)


def _check_syntax(statement: Statement, entry: Entry, report: Report) -> bool:
    text = entry.text
    prefix, colon, name = text.partition(":")
    if "${" in text:
        message = f"a policy variable in an action: {quote(text)}"
        report.error(
            "VARIABLE_UNSUPPORTED_IN_ELEMENT", entry.place, message, "variables stand in Resource and Condition"
        )
        return False
    if not colon:
        hint = _with_prefix(statement, text, report)
        report.error("INVALID_ACTION_FORMAT", entry.place, f"the action {quote(text)} has no service prefix", hint)
        return False
    if not _PREFIX.fullmatch(prefix) or not _NAME.fullmatch(name):
        message = f"{quote(text)} is not an action"
        report.error(
            "INVALID_ACTION_FORMAT", entry.place, message, "the form is prefix:Name, such as s3:GetObject, or *"
        )
        return False
    return True


def _with_prefix(statement: Statement, text: str, report: Report) -> str:
    """The action that a name without prefix was probably meant to be: of the statement's services or a common one."""
    used = [
        entry.text.partition(":")[0].lower() for entry in statement.texts("Action", "NotAction") if ":" in entry.text
    ]
    for service in dict.fromkeys((*used, *_COMMON)):
        if text and action_info(f"{service}:{text}"):
            return f"did you mean {service}:{text}?"
    if service_exists(text):
        return f"did you mean {text}:*?"
    return "the form is prefix:Name, such as s3:GetObject, or *"


def _wildcard_prefix(entry: Entry, prefix: str, report: Report) -> None:
    """1.5: a wildcard in the prefix other than the plain ``*`` is unconfirmed; it is rejected here."""
    hint = "write *, or one entry for each service"
    if prefix == "*":
        message = f"{quote(entry.text)} has a wildcard for the service, which AWS does not document"
        report.warning("WILDCARD_IN_SERVICE_PREFIX", entry.place, message, hint)
    else:
        message = f"{quote(entry.text)} has a wildcard in the service prefix"
        report.error("WILDCARD_IN_SERVICE_PREFIX", entry.place, message, hint)


def _unknown_service(entry: Entry, prefix: str, name: str, report: Report) -> None:
    near = report.nearest(prefix, services(), _NEAR_SERVICE)
    message = f"the service {quote(prefix)} of {quote(entry.text)} is not known"
    if near:
        report.analyzer_error("INVALID_SERVICE_IN_ACTION", entry.place, message, f"did you mean {near}:{name}?")
    else:
        hint = "check the prefix; the catalogue lacks services that AWS has retired or that are very new"
        report.warning("INVALID_SERVICE_IN_ACTION", entry.place, message, hint)


def _pattern(entry: Entry, prefix: str, name: str, report: Report) -> None:
    matches = compile_glob(name.lower())
    if not any(matches(action.lower()) for action in actions_of(prefix.lower())):
        near = report.nearest(name.replace("*", "").replace("?", ""), actions_of(prefix.lower()), 0.6)
        hint = f"near to it is {prefix}:{near}" if near else f"see the actions of {prefix.lower()}"
        report.analyzer_error("INVALID_ACTION", entry.place, f"{quote(entry.text)} matches no action", hint)


def check_not_action(statement: Statement, report: Report) -> None:
    """1.5: Allow with NotAction grants everything that is not listed, in every service."""
    member = statement.members.get("NotAction")
    if member and statement.allows and statement.kind not in (PolicyKind.SCP, PolicyKind.RCP):
        report.advice(
            "ALLOW_WITH_NOT_ACTION",
            member.key,
            "Allow with NotAction grants every action that is not listed, also those that AWS adds later",
            "list what is allowed in Action; to forbid something use Deny",
        )


ACTION_CHECKS: tuple[Callable[[Statement, Report], None], ...] = (check_actions, check_not_action)
