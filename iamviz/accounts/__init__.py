"""Your own account: what `aws iam get-account-authorization-details` prints becomes a world."""

from iamviz.accounts.details import AccountDump, DumpError, read_dump
from iamviz.accounts.trust import Trusted, who_may_assume

__all__ = ["AccountDump", "DumpError", "Trusted", "read_dump", "who_may_assume"]
