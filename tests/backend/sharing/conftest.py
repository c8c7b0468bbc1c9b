import pytest

from tests.factories.members import make_member


@pytest.fixture
def sharer(session):
    member = make_member(session)
    session.flush()
    return member
