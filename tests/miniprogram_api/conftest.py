import pytest

from tests.factories.members import make_member
from tests.support.phone import member_client, simulated_wechat


@pytest.fixture
def member_id(sessions):
    with sessions.write.begin() as session:
        return make_member(session).id


@pytest.fixture
def phone(app, member_id):
    """The HTTP client of a signed-in member."""
    return member_client(app, member_id)


@pytest.fixture(scope="module")
def running_wechat():
    with simulated_wechat() as running:
        yield running


@pytest.fixture
def wechat(running_wechat):
    """A simulated WeChat without the faults of the test before."""
    yield running_wechat
    running_wechat.clear_faults()


@pytest.fixture
def user(wechat):
    return wechat.new_user()
