import pytest
from sqlalchemy import func, select

from backend import points
from backend.jobs import referrals as job
from backend.referrals import paying
from backend.referrals.models import Invitation, Reward
from tests.factories.referrals import DUE, make_bought, make_inviter

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

FRIENDS = 4


@pytest.fixture
def inviter_id(sessions, monkeypatch):
    monkeypatch.setattr(job, "SLICE", 2)
    with sessions.write.begin() as session:
        inviter = make_inviter(session)
        for _ in range(FRIENDS):
            make_bought(session, inviter)
        return inviter.id


def given(runtime, part="inviter"):
    with runtime.sessions.read() as session:
        return session.scalar(select(func.count()).where(Reward.part == part))


def test_all_that_is_due_is_rewarded_once(runtime, inviter_id):
    assert job.reward_referrals(runtime, DUE) == {"rewarded": FRIENDS}
    assert job.reward_referrals(runtime, DUE) == {}
    assert (given(runtime), given(runtime, "newcomer"), given(runtime, "stage")) == (FRIENDS, FRIENDS, 2)
    with runtime.sessions.read() as session:
        assert points.verify(session, [inviter_id]) == []


class Killed(BaseException):
    """What ends a process in the middle of its work."""


@pytest.mark.parametrize("after", [1, 3, 4, 7])
def test_a_run_that_is_killed_in_the_middle_goes_on_where_it_was(runtime, inviter_id, monkeypatch, after):
    """Killed between the two sides of a friend, one side is not paid alone: both are, by the next run."""
    told, countdown = paying.announce, iter(range(after))

    def announce(session, fact):
        if next(countdown, None) is None:
            raise Killed
        told(session, fact)

    with monkeypatch.context() as dying:
        dying.setattr(paying, "announce", announce)
        with pytest.raises(Killed):
            job.reward_referrals(runtime, DUE)
    assert given(runtime) == given(runtime, "newcomer") < FRIENDS
    job.reward_referrals(runtime, DUE)
    assert (given(runtime), given(runtime, "newcomer")) == (FRIENDS, FRIENDS)
    with runtime.sessions.read() as session:
        assert points.verify(session, [inviter_id]) == []
        assert session.scalars(select(Invitation.state).distinct()).all() == ["rewarded"]
