"""What races share: processes that race each other, and who plays. Imports are late: Django is not set up yet."""

import pytest


@pytest.fixture(scope="module", params=["locks as they are", "locks always succeed"])
def arena(request, database_url):
    """Four contenders, with locks as they are, and again with locks that always succeed."""
    from tests.arena import Arena

    arena = Arena(database_url=database_url, size=4, locks_open=request.param == "locks always succeed")
    yield arena
    arena.close()


@pytest.fixture
def players(transactional_db):
    """The cast, in tables that other processes see."""
    from tests.cast import assemble_cast

    return assemble_cast()
