import pytest

from tests.factories.members import make_member


@pytest.fixture
def member_id(session):
    """A member with the 100 points that joining gives."""
    return make_member(session).id
