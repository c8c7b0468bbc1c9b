import pytest

from tests.factories.members import make_member
from tests.factories.partners import link, make_partner
from tests.support.databases import sqlite_copy


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """The SQL means the same everywhere; what differs by engine, the races, are run on MariaDB."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def member_id(session):
    """A newcomer with a hundred points."""
    return make_member(session).id


@pytest.fixture
def partner(session):
    return make_partner(session)


@pytest.fixture
def alias(session, partner, member_id):
    """The name by which the partner knows the member."""
    return link(session, partner, member_id).alias
