"""The decision: a request and the policies that apply to it give one of three outcomes, as in AWS."""

from iamviz.engine.decision import Decision, Outcome, Reason
from iamviz.engine.evaluate import evaluate
from iamviz.engine.request import Caller, PolicySet, Request, Settings

__all__ = ["Caller", "Decision", "Outcome", "PolicySet", "Reason", "Request", "Settings", "evaluate"]
