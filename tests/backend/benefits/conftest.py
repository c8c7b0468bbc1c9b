import pytest

from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.databases import sqlite_copy


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """The SQL means the same everywhere; what differs by engine, the races, are run on MariaDB."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def member_id(session):
    """A newcomer in the lowest tier, with a hundred points."""
    return make_member(session).id


@pytest.fixture
def store_id(session):
    return make_store(session).id
