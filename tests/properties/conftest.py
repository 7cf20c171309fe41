"""Hypothesis runs alike everywhere."""

from tests.properties.search import use_profile

use_profile()
