"""Document vectors: is a document one that AWS saves and Access Analyzer does not fault?"""

from collections.abc import Mapping
from typing import Any

import iamviz

KINDS = {"vpce": "endpoint"}


def is_valid(vector: Mapping[str, Any]) -> bool:
    """Valid: no error finding of AWS's parser or of Access Analyzer (DESIGN.md, section 3)."""
    document = vector["raw"] if vector.get("raw") is not None else vector["document"]
    kind = KINDS.get(vector["policy_type"], vector["policy_type"])
    findings = iamviz.check_policy(document, kind=kind)
    return not any(f.severity == "error" and f.source in ("parser", "analyzer") for f in findings)
