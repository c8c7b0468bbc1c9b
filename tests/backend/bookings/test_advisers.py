import pytest

from backend import benefits, bookings
from backend.bookings.advisers import carries_one, check_advises, current_of, finish
from backend.bookings.facts import AdviserChanged
from tests.factories.benefits import offer
from tests.factories.bookings import advising, make_colleague
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.factories.tiers import listen
from tests.support.clocks import MORNING

HOW = {"by": "anna", "reason": "分配", "now": MORNING}


@pytest.fixture
def team(session):
    """Two who advise."""
    offer(session, advising())
    store = make_store(session)
    return [make_colleague(session, store.id, name=name, phone="13800138000") for name in ("李婷", "王芳")]


def test_a_member_has_one_and_is_told(session, member_id, team):
    said = listen(session)
    made = bookings.assign(session, member_id, team[0], **HOW)
    assert bookings.assign(session, member_id, team[0], **HOW) is made
    found = bookings.adviser_of(session, member_id, now=MORNING)
    assert (found.name, found.phone, found.store_name, found.since) == ("李婷", "13800138000", "徐汇店", MORNING)
    bookings.assign(session, member_id, team[1], **HOW)
    assert bookings.adviser_of(session, member_id, now=MORNING).name == "王芳"
    assert (made.adviser_of, made.until_at) == (None, MORNING)
    assert [(type(one), one.member_id) for one in said] == [(AdviserChanged, member_id)] * 2


def test_only_where_the_tier_carries_one(session, member_id, team):
    bookings.assign(session, member_id, team[0], **HOW)
    offer(session, advising(quotas={"gold": {"per": "year"}}))
    assert not carries_one(session, member_id, now=MORNING)
    with pytest.raises(bookings.AdviserUnknown):
        bookings.adviser_of(session, member_id, now=MORNING)
    with pytest.raises(benefits.NotEntitled):
        bookings.assign(session, member_id, team[1], **HOW)


def test_only_by_who_advises(session, member_id, team):
    bookings.close_calendar(session, team[0], now=MORNING)
    session.flush()
    for staff_id in (1, team[0]):
        with pytest.raises(bookings.StaffNotOfStore):
            check_advises(session, staff_id)
        with pytest.raises(bookings.StaffNotOfStore):
            bookings.assign(session, member_id, staff_id, **HOW)


def test_taken_away(session, member_id, team):
    with pytest.raises(bookings.AdviserUnknown):
        bookings.take_away(session, member_id, now=MORNING)
    made = bookings.assign(session, member_id, team[0], **HOW)
    bookings.take_away(session, member_id, now=MORNING)
    session.flush()
    assert current_of(session, member_id) is None
    finish(made, MORNING)
    assert made.until_at == MORNING


def test_handed_over_part_by_part(session, team):
    ids = sorted(make_member(session).id for _ in range(5))
    for one in ids:
        bookings.assign(session, one, team[0], **HOW)
    bookings.close_calendar(session, team[0], now=MORNING)
    said = listen(session)
    assert list(bookings.advised(session, team[0], after_id=ids[0], limit=2)) == ids[1:3]
    steps = [bookings.hand_over(session, *team, limit=2, **HOW) for _ in range(4)]
    assert steps == [2, 2, 1, 0]
    assert list(bookings.advised(session, team[1], limit=9)) == ids
    assert [one.member_id for one in said] == ids
    with pytest.raises(bookings.SameAdviser):
        bookings.hand_over(session, team[1], team[1], limit=2, **HOW)
    with pytest.raises(bookings.StaffNotOfStore):
        bookings.hand_over(session, team[1], team[0], limit=2, **HOW)
