"""How many examples hypothesis tries: IAMVIZ_SEARCH=20 looks for new ones, twenty times as many as a normal run."""

import os

from hypothesis import settings

SEARCH = int(os.environ.get("IAMVIZ_SEARCH", "0"))


def examples(number: int) -> settings:
    return settings(max_examples=number * max(1, SEARCH))
