import pytest
from sqlalchemy import select

from backend import checkin, earning, points
from backend.earning.models import Usage
from backend.members import MembersMerged
from backend.points import Source
from tests.factories.earning import make_bill, make_rule, publish
from tests.factories.members import make_member
from tests.support.clocks import MORNING

CAPPED = make_rule("a", caps={"day": 100, "ever": 500})


@pytest.fixture
def gone_id(session):
    publish(session, CAPPED, make_rule("check-in", "gift", trigger="check-in", effect={"base": 10_000}))
    return make_member(session).id


@pytest.fixture
def into_id(session):
    return make_member(session).id


def buy(session, member_id, fen, number):
    account = points.lock(session, member_id, now=MORNING)
    return earning.award(session, account, make_bill(fen), source=Source("purchase", number), now=MORNING)


def merge(session, gone_id, into_id):
    accounts = points.lock_both(session, gone_id, into_id, now=MORNING)
    points.merge(session, *accounts, source_id=gone_id, now=MORNING)
    earning.merge_awards(session, MembersMerged(gone_id, into_id, MORNING))


def test_awards_are_given_up_and_explained_where_they_went(session, gone_id, into_id):
    buy(session, gone_id, 9_000, 1)
    buy(session, into_id, 2_000, 2)
    merge(session, gone_id, into_id)
    assert [one.granted for one in earning.explain(session, member_id=into_id, source=Source("purchase", 1))] == [90]
    account = points.lock(session, into_id, now=MORNING)
    gone = earning.give_up(
        session, account, source=Source("purchase", 1), lines_kept=(0,), refund=Source("refund", 1), now=MORNING
    )
    assert (gone.points, account.balance) == (90, 20)
    with pytest.raises(earning.AwardUnknown):
        earning.explain(session, member_id=gone_id, source=Source("purchase", 1))


def test_what_both_used_of_a_cap_is_used_of_it(session, gone_id, into_id):
    buy(session, gone_id, 9_000, 1)
    buy(session, into_id, 2_000, 2)
    merge(session, gone_id, into_id)
    session.flush()
    rows = {(row.member_id, row.period): row.points for row in session.scalars(select(Usage))}
    assert rows == {(into_id, "2026-03-01"): 110, (into_id, "ever"): 110}
    assert buy(session, into_id, 9_000, 3).points == 0


def test_who_had_used_nothing_takes_over_what_the_other_had_used(session, gone_id, into_id):
    buy(session, gone_id, 9_000, 1)
    merge(session, gone_id, into_id)
    assert buy(session, into_id, 9_000, 3).points == 10


def test_what_both_were_given_for_by_one_name_stays_with_each(session, gone_id, into_id):
    checkin.check_in(session, gone_id, now=MORNING)
    checkin.check_in(session, into_id, now=MORNING)
    buy(session, gone_id, 1_000, 1)
    merge(session, gone_id, into_id)
    today = Source("check-in", "2026-03-01")
    for member_id in (gone_id, into_id):
        assert [one.granted for one in earning.explain(session, member_id=member_id, source=today)] == [5]
    assert earning.explain(session, member_id=into_id, source=Source("purchase", 1))
