"""How hypothesis runs here: the same examples on every run, unless new ones are searched for."""

from hypothesis import HealthCheck, settings

from tests.properties.search import SEARCH, examples

settings.register_profile(
    "iamviz", examples(60), deadline=None, derandomize=not SEARCH, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("iamviz")
