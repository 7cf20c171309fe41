"""`iamviz why`: an error of AWS explained, by itself or with the account at hand."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from iamviz.commands.common import Accounts, AsJson, Asked, Exit, Page, Redact, fail, load, say, say_json, write

__all__ = ["HELP", "why"]

HELP = """Explain an error of AWS: what its text proves, and what to do.

Give the message in quotes, or - for standard input: AWS's sentence, a line of boto3, the AWS CLI or another client, a
CloudTrail event, or what aws sts decode-authorization-message prints. With --account the request is decided again in
your own account: which policy, which statement, what to change, and what an Allow alone would not fix.

The exit code is 0 when the error is known, 1 when it is not, 2 when something given cannot be used.

\b
Examples:
  iamviz why "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: …"
  iamviz why "…" --account account.json
  aws s3 ls 2>&1 | iamviz why -
  iamviz why - --context aws:SourceIp=203.0.113.9 --account account.json < error.txt
"""


def why(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="The error; - is standard input.")],
    account: Accounts = None,
    resource: Annotated[str, typer.Option("--resource", help="The resource, where the message names none.")] = "",
    context: Annotated[
        list[str] | None, typer.Option("--context", metavar="KEY=VALUE", help="A condition key of the request.")
    ] = None,
    redact: Redact = None,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Explain an error of AWS: what its text proves, and what to do."""
    from iamviz.accounts.redact import Redactor
    from iamviz.accounts.why_parse import WhyError
    from iamviz.pictures.page import page_html
    from iamviz.pictures.why_picture import why as explain

    error = " ".join(text)
    if error.strip() == "-":
        error = sys.stdin.buffer.read().decode("utf-8", "replace")
    asked = Asked(resource, context_of(context))
    # An error that is redacted keeps its shape: the ARNs in it are redacted, the words are not.
    wanted = page is not None if redact is None else redact
    loaded = load(account, wanted, page, asked) if account else None
    redactor = (loaded.redactor if loaded else Redactor(asked)) if wanted else None
    if redactor is not None:
        error, asked = redactor.sentence(error), redactor(asked)
    try:
        answer = explain(error, loaded.world if loaded else None, resource=asked.resource, context=asked.context)
    except WhyError as problem:
        fail(str(problem))
    if page is not None:
        write(page, page_html("Why AWS refused", "", [("", [answer.picture])]))
    if as_json:
        say_json(answer.to_dict())
    else:
        say(str(answer))
    if not answer.known:
        raise typer.Exit(Exit.NO)


def context_of(pairs: list[str] | None) -> dict[str, str | list[str]]:
    """Condition keys from ``KEY=VALUE``; a key that is given twice has two values."""
    found: dict[str, list[str]] = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or ":" not in key:
            fail(f"--context {pair}: expected KEY=VALUE, such as aws:SourceIp=203.0.113.9")
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}
