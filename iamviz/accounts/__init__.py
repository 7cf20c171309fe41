"""Your own account: what `aws iam get-account-authorization-details` prints becomes a world, and answers questions."""

import warnings
from typing import Any

from iamviz.accounts.files import AccountDump, account_world, read_dump
from iamviz.accounts.json_file import DumpError
from iamviz.accounts.live import download, read_account
from iamviz.accounts.reading import DumpWarning
from iamviz.accounts.trust import Trusted, who_may_assume
from iamviz.world.world import World

__all__ = [
    "AccountDump",
    "DumpError",
    "DumpWarning",
    "Trusted",
    "account_world",
    "download",
    "from_boto3",
    "read_account",
    "read_dump",
    "who_may_assume",
]


def from_boto3(session: Any, *, endpoint_url: str | None = None) -> World:
    """The world of the account of a boto3 session, read with read-only calls (docs/your_account.md lists them).

    What the credentials may not read is told by a `DumpWarning` each, and named in ``world.unknowns``. Raises what
    botocore raises when ``iam:GetAccountAuthorizationDetails`` is refused.
    """
    dump = read_account(session, endpoint_url=endpoint_url)
    for problem in dump.problems:
        warnings.warn(problem, DumpWarning, stacklevel=2)
    return dump.world
