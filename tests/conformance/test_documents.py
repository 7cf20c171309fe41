"""Every document vector: accepted, or reported with an error by AWS's parser or by Access Analyzer."""

import pytest

from tests.conformance.documents import is_valid
from tests.conformance.vectors import Vector, read_vectors, vector_id


@pytest.mark.parametrize("vector", read_vectors("documents"), ids=vector_id)
def test_document(vector: Vector) -> None:
    assert is_valid(vector) is vector["valid"]
