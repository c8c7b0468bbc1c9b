import pytest
from sqlalchemy import select

from backend import lifecycle, members, sharing
from backend.kit.calendar import shop_day
from backend.sharing.models import ShareDay, ShareTouch, ShareVisit
from tests.factories.members import make_identity, make_member
from tests.factories.purchases import make_purchase, make_store
from tests.factories.shares import make_share
from tests.support.clocks import MORNING


@pytest.fixture
def other(session):
    member = make_member(session)
    session.flush()
    return member


def merge(session, gone, into):
    lifecycle.merge(session, gone_id=gone.id, into_id=into.id, by="anna", reason="同一人", now=MORNING)
    session.expire_all()


def test_tokens_of_both_lead_on_and_the_day_is_one(session, sharer, other):
    mine, theirs = make_share(session, sharer.id), make_share(session, other.id)
    for share in (mine, theirs):
        sharing.open_share(session, share.token, make_identity(session).id, now=MORNING)
    merge(session, other, sharer)
    assert {sharing.by_token(session, one.token).member_id for one in (mine, theirs)} == {sharer.id}
    [day] = session.scalars(select(ShareDay))
    assert (day.member_id, day.day, day.paid) == (sharer.id, shop_day(MORNING), 2)
    assert len(sharing.rewards_page(session, sharer.id, limit=9)) == 2
    sharing.open_share(session, theirs.token, make_identity(session).id, now=MORNING)


def test_a_day_that_only_the_other_had_comes_along(session, sharer, other):
    sharing.open_share(session, make_share(session, other.id).token, make_identity(session).id, now=MORNING)
    merge(session, other, sharer)
    assert session.get(ShareDay, (sharer.id, shop_day(MORNING))).paid == 1


def test_who_leaves_gets_nothing_any_more_and_the_share_is_gone(session, sharer, other):
    share, store = make_share(session, sharer.id), make_store(session, return_days=7)
    sharing.open_share(session, share.token, members.identity_ids(session, other.id)[0], now=MORNING)
    make_purchase(session, 20_000, store_id=store.id, member_id=other.id)
    sharing.forget_shares(session, members.MembershipClosed(sharer.id, MORNING))
    session.expire_all()
    [reward] = sharing.rewards_page(session, sharer.id, limit=9)
    assert (reward.status, reward.why) == ("dropped", "left")


def test_who_opened_shares_can_leave_and_what_they_opened_is_forgotten(session, sharer, other):
    share = make_share(session, sharer.id)
    sharing.open_share(session, share.token, members.identity_ids(session, other.id)[0], now=MORNING)
    closure, _ = lifecycle.ask_to_leave(session, other.id, now=MORNING)
    session.flush()
    assert lifecycle.close_due(session, closure.id, now=closure.closes_at)
    session.expire_all()
    for table in (ShareTouch, ShareVisit):
        assert session.scalars(select(table)).all() == []
    assert sharing.by_token(session, share.token).visits == 1
