import pytest

from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.factories.purchases import make_store

GIFT = 100  # for joining


@pytest.fixture
def member(session):
    return make_member(session)


@pytest.fixture
def store(session):
    return make_store(session)


@pytest.fixture
def rich(session):
    """A member with 1,000 points."""
    member = make_member(session)
    give_points(session, member.id, 1_000 - GIFT)
    return member
