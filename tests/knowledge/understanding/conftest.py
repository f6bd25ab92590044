"""The trained understanding, loaded once for the tests of this folder."""

import pytest

from knowledge.understanding import Understanding, load


@pytest.fixture(scope="session")
def understanding() -> Understanding:
    return load()
