import pytest

from backend import points
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def account(session):
    """The locked account of a new member."""
    return points.lock(session, make_member(session).id, now=MORNING)
