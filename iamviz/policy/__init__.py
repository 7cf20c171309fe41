"""The policy language: text becomes a `Policy`, immutable, that knows the line of everything in it."""

from iamviz.policy.findings import Finding, PolicyError, Severity, Source
from iamviz.policy.model import Policy, PolicyKind, Statement

__all__ = ["Finding", "Policy", "PolicyError", "PolicyKind", "Severity", "Source", "Statement"]
