import pytest

from tests.factories.members import make_member
from tests.support.databases import sqlite_copy


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """Plain statements mean the same on each engine; what locks and races do is tested on MariaDB by itself."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def sharer(session):
    member = make_member(session)
    session.flush()
    return member
