"""How hypothesis runs here: the same examples on every run, without a time limit for any of them.

IAMVIZ_SEARCH=20 looks for new examples instead, twenty times as many.
"""

import os

from hypothesis import HealthCheck, settings

SEARCH = int(os.environ.get("IAMVIZ_SEARCH", "0"))


def examples(number: int) -> settings:
    return settings(max_examples=number * max(1, SEARCH))


def use_profile() -> None:
    settings.register_profile(
        "iamviz", examples(60), deadline=None, derandomize=not SEARCH, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("iamviz")
