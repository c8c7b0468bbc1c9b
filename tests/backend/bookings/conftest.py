import pytest

from tests.factories.bookings import make_service
from tests.factories.members import make_member
from tests.support.databases import sqlite_copy


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """The SQL means the same everywhere; what differs by engine, the races, are run on MariaDB."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def member_id(session):
    return make_member(session).id


@pytest.fixture
def service(session):
    """An hour with one person, of a benefit that the lowest tier has twice a month."""
    return make_service(session)
