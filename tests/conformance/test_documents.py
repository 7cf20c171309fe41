"""Every document vector: accepted, or reported with an error by AWS's parser or by Access Analyzer."""

import pytest

from tests.conformance.documents import is_valid
from tests.conformance.vectors import Vector, read_vectors, vector_id

VECTORS = [*read_vectors("documents"), *read_vectors("corner_documents")]
"""The given samples, and corners of the rules that they leave out, answered from the text of docs/rules alone."""


@pytest.mark.parametrize("vector", VECTORS, ids=vector_id)
def test_document(vector: Vector) -> None:
    assert is_valid(vector) is vector["valid"]
