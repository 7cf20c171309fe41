"""A story to make components of."""

import pytest

import iamviz as iv


@pytest.fixture(scope="session")
def story() -> iv.Story:
    return iv.play("staging_bucket")
