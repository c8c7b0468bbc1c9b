import pytest

from tests.factories.members import make_member
from tests.support.till import open_till


@pytest.fixture
def till(app):
    return open_till(app)


@pytest.fixture
def member(runtime):
    with runtime.sessions.write.begin() as session:
        return make_member(session)
