"""What is done: somebody calls AWS, the world answers with the next world, a value or AWS's error, and the decisions."""

from iamviz.calls.model import AwsError, Call, CallError, Check, Result
from iamviz.calls.perform import perform

__all__ = ["AwsError", "Call", "CallError", "Check", "Result", "perform"]
