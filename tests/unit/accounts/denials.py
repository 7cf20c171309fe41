"""Access denied sentences for tests, of every form."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from iamviz.engine.decision import Outcome
from iamviz.engine.wording import client_view, reason_clause
from iamviz.policy.model import PolicyKind

ANA = "arn:aws:iam::111122223333:user/ana"
ROLE = "arn:aws:iam::222233334444:role/StagingEngineer"
KINDS = [*PolicyKind]
PLAIN = f"User: {ANA} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k"


def sentence(principal: str, action: str, resource: str, kind: PolicyKind | None, explicit: bool) -> str:
    text = f"User: {principal} is not authorized to perform: {action}"
    if resource and kind is not PolicyKind.TRUST:
        text += f" on resource: {resource}"
    if kind is not None:
        text += " " + reason_clause(action, Outcome.EXPLICIT_DENY if explicit else Outcome.IMPLICIT_DENY, kind)
    return text


NAMES = st.from_regex(r"[A-Za-z0-9+=,.@_-]{1,20}", fullmatch=True)
PRINCIPALS = st.builds(
    lambda kind, name: f"arn:aws:{'sts' if 'assumed' in kind else 'iam'}::111122223333:{kind}/{name}",
    st.sampled_from(["user", "user/path", "assumed-role/Role", "federated-user"]),
    NAMES,
)
ACTIONS = st.sampled_from(
    ["s3:GetObject", "sts:AssumeRole", "ec2:RunInstances", "cognito-idp:ListUsers", "iam:PassRole"]
)
RESOURCES = st.one_of(
    st.just(""),
    st.just("*"),
    st.builds("arn:aws:s3:::bucket/{}".format, st.from_regex(r"[A-Za-z0-9/_-]{1,30}", fullmatch=True)),
    st.just("arn:aws:s3:::b/because no session policy allows the x:Y action"),
)
WRAPPINGS = {
    "bare": lambda action, text: text,
    "botocore": lambda action, text: client_view(action, "AccessDenied", text),
    "traceback": lambda action, text: (
        f"Traceback …\nbotocore.errorfactory.X: {client_view(action, 'AccessDenied', text)}"
    ),
    "cli": lambda action, text: f"\n{client_view(action, 'AccessDenied', text)}\n",
    "retries": lambda action, text: (
        f"An error occurred (AccessDenied) when calling the X operation (reached max retries: 4): {text}"
    ),
    "go": lambda action, text: (
        "operation error S3: GetObject, https response error StatusCode: 403, RequestID: 1, HostID: 2, "
        f"api error AccessDenied: {text}"
    ),
    "go 1": lambda action, text: f"caused by: AccessDenied: {text}\n\tstatus code: 403, request id: 1-2-3",
    "java": lambda action, text: (
        f"{text} (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: 1; Proxy: null)"
    ),
    "java 2": lambda action, text: f"{text} (Service: Sts, Status Code: 403, Request ID: 1)",
    "xml": lambda action, text: (
        f"<Error><Code>AccessDenied</Code><Message>{text}</Message><RequestId>1</RequestId></Error>"
    ),
    "trail": lambda action, text: json.dumps({"eventName": "X", "errorCode": "AccessDenied", "errorMessage": text}),
    "records": lambda action, text: json.dumps({"Records": [{"errorCode": "AccessDenied", "errorMessage": text}]}),
    "json": lambda action, text: json.dumps({"__type": "com.amazonaws#AccessDeniedException", "Message": text}),
    "encoded": lambda action, text: (
        f"You are not authorized to perform this operation. {text}. Encoded authorization failure message: AbC-123_x"
    ),
    "broken lines": lambda action, text: text.replace(" is not", "\n    is\n not"),
}
