import pytest
from structlog.testing import capture_logs

from backend import members
from tests.backend.oa.account import OPENID, Account
from tests.factories.members import make_member
from tests.support.runtimes import OA

UNIONID = "union-1"


@pytest.fixture(autouse=True)
def lines():
    """What was logged, as structlog's events."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def account(client, clock):
    return Account(client, clock)


@pytest.fixture
def member(sessions, clock):
    """A member who follows the official account as OPENID."""
    with sessions.write.begin() as session:
        member = make_member(session, now=clock.now(), unionid=UNIONID)
        members.follow(session, appid=OA.appid, openid=OPENID, unionid=UNIONID, now=clock.now())
    return member
