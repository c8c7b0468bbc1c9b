"""Many open shares at one moment, over real connections, with a negative control that shows that it can go wrong."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from backend import members, points, sharing
from backend.kit.db import run
from backend.sharing.models import Share, ShareReward, ShareVisit
from tests.factories.books import change_book
from tests.factories.mall import make_item
from tests.factories.members import make_identity, make_member
from tests.factories.purchases import make_purchase, make_store
from tests.factories.shares import make_share
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

CROWD, PER_DAY, WORTH = 20, 3, 5
LATER = timedelta(days=2)


@pytest.fixture
def sessions(mariadb, clock):
    race(CROWD, lambda _: mariadb.connect().close())
    return make_runtime(mariadb, clock).sessions


def shared(sessions, *, per_day=PER_DAY):
    """A member's share, and how many points the member had before anybody came."""
    with sessions.write.begin() as session:
        change_book(session, sharing.KIND, visit={"points": WORTH, "per_day": per_day})
        member = make_member(session)
        session.flush()
        before = points.summary(session, member.id, now=MORNING).available
        return make_share(session, member.id).token, member.id, before


def strangers(sessions, count):
    with sessions.write.begin() as session:
        return [make_identity(session).id for _ in range(count)]


def visit(sessions, token, identity_id):
    return run(sessions.write, lambda session: sharing.open_share(session, token, identity_id, now=MORNING).counted)


def earned(sessions, member_id, before):
    with sessions.read() as session:
        return points.summary(session, member_id, now=MORNING).available - before


def test_of_twenty_at_once_each_counts_and_the_day_pays_for_three(sessions, deadlocks):
    token, member_id, before = shared(sessions)
    crowd = strangers(sessions, CROWD)
    assert all(race(CROWD, lambda number: visit(sessions, token, crowd[number])))
    assert earned(sessions, member_id, before) == PER_DAY * WORTH
    with sessions.read() as session:
        share = sharing.by_token(session, token)
        assert (share.visits, share.newcomers) == (CROWD, CROWD)
    assert deadlocks == []


def test_without_the_lock_the_day_pays_for_more(mariadb_engine, clock):
    weaker = (
        "ALTER TABLE share_days DROP PRIMARY KEY, ADD INDEX (member_id)",
        "ALTER TABLE point_entries DROP PRIMARY KEY, ADD INDEX (member_id)",
        "ALTER TABLE point_lots DROP PRIMARY KEY",
    )
    with unguarded_database(*weaker) as engine:
        sessions = make_runtime(engine, clock).sessions
        # who meets a deadlock on the way is run again, and then finds the day full
        assert any(paid_of_two_at_once(sessions, engine) == 2 for _ in range(5))


def paid_of_two_at_once(sessions, engine):
    """For how many of two newcomers a member is paid who may be paid for one a day: they open two shares at once."""
    token, member_id, _ = shared(sessions, per_day=1)
    with sessions.write.begin() as session:
        item = make_item(session)
        session.flush()
        other = make_share(session, member_id, kind="item", thing=str(item.id)).token
    crowd = strangers(sessions, 2)
    with meeting(engine, "SELECT share_days", patience=20):
        race(2, lambda number: visit(sessions, (token, other)[number], crowd[number]))
    with sessions.read() as session:
        paid = select(func.count()).select_from(ShareReward).where(ShareReward.status == "paid")
        return session.scalar(paid.where(ShareReward.member_id == member_id))


def test_one_person_who_taps_ten_times_counts_once(sessions):
    token, member_id, before = shared(sessions)
    [newcomer] = strangers(sessions, 1)
    assert sorted(race(10, lambda _: visit(sessions, token, newcomer))) == [False] * 9 + [True]
    assert earned(sessions, member_id, before) == WORTH
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(ShareVisit)) == 1


def test_a_newcomer_of_two_shares_at_once_is_new_by_one_alone(sessions):
    shares = [shared(sessions) for _ in range(2)]
    [newcomer] = strangers(sessions, 1)
    race(2, lambda number: visit(sessions, shares[number][0], newcomer))
    assert sum(earned(sessions, member_id, before) for _, member_id, before in shares) == WORTH
    with sessions.read() as session:
        assert session.scalar(select(func.sum(Share.newcomers))) == 1


def test_two_workers_pay_for_a_purchase_once(sessions):
    token, member_id, before = shared(sessions)
    with sessions.write.begin() as session:
        store, buyer = make_store(session), make_member(session)
        session.flush()
        sharing.open_share(session, token, members.identity_ids(session, buyer.id)[0], now=MORNING)
        make_purchase(session, 20_000, store_id=store.id, member_id=buyer.id)
        session.flush()
        later = MORNING + LATER
        [reward_id] = sharing.due_rewards(session, now=later, limit=9)

    def settle(_):
        return run(sessions.write, lambda session: sharing.settle_reward(session, reward_id, rng=Random(1), now=later))

    assert sorted(race(5, settle)) == [False] * 4 + [True]
    assert earned(sessions, member_id, before) == 50
