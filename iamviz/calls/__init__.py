"""What is done: a call to AWS gives the next world, a value or AWS's error, and every decision on the way."""

from iamviz.calls.model import AwsError, Call, CallError, Check, Result
from iamviz.calls.perform import perform

__all__ = ["AwsError", "Call", "CallError", "Check", "Result", "perform"]
