import pytest

from tests.factories.members import make_member
from tests.support.databases import sqlite_copy


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """One engine for what plain statements do; races run on MariaDB."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def member_id(session):
    return make_member(session).id
