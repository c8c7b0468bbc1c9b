import pytest

from tests.factories.members import make_member
from tests.support.databases import sqlite_copy


@pytest.fixture
def on_sqlite(tmp_path, sqlite_template):
    """One engine for what plain statements do; plays, tickets and limits are tested, and verified, on both."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def member_id(session):
    """A member with the 100 points that joining gives."""
    return make_member(session).id
