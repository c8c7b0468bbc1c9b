import pytest

from tests.factories.members import make_member
from tests.factories.operators import make_operator


@pytest.fixture
def desks(sessions):
    """Two clerks and two admins, whose logins these are."""
    with sessions.write.begin() as session:
        for login in ("chen", "deng"):
            make_operator(session, login)
        for login in ("anna", "bo.li"):
            make_operator(session, login, role="admin")


@pytest.fixture
def member_id(sessions, desks):
    """A member with the 100 points given for joining."""
    with sessions.write.begin() as session:
        return make_member(session).id
