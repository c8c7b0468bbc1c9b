from datetime import timedelta

import pytest

from backend import benefits, stores
from tests.factories.benefits import benefit, birthday_gift, offer, parking
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def note(session, member_id, store_id):
    offer(session, benefit(), parking(), birthday_gift())

    def use(ref="R1", *, code="returns", amount=1, who=None, where=None, now=MORNING):
        place = where or store_id
        return benefits.use(session, who or member_id, code, amount=amount, store_id=place, ref=ref, now=now)

    return use


def left(session, member_id):
    return benefits.catalogue(session, member_id, now=LATER).benefits[0].left


def test_a_use_is_noted_with_what_it_was_judged_by(note, session, member_id, store_id):
    made, new = note()
    assert new
    assert (made.member_id, made.store_id, made.amount, made.period) == (member_id, store_id, 1, "2026-03")
    assert (made.name, made.tier_code, made.book_version, made.way) == ("优先退换", "basic", 2, "till")
    assert list(benefits.uses(session, member_id, limit=9)) == [made]


def test_the_same_reference_is_one_use(note, session, member_id):
    made, _ = note()
    assert note() == (made, False)
    assert left(session, member_id) == 1
    for parts in ({"amount": 2}, {"who": make_member(session).id}):
        with pytest.raises(benefits.RefReused):
            note(**parts)
    assert note(where=make_store(session).id)[1]


def test_no_more_than_the_quota(note):
    note("R1")
    note("R2")
    with pytest.raises(benefits.QuotaUsedUp):
        note("R3")


def test_parking_and_gifts_are_used_elsewise(note):
    for code in ("parking", "gift"):
        with pytest.raises(benefits.UsedElsewise):
            note(code=code)


def test_another_stores_benefit_is_not_here(note, session, store_id):
    offer(session, benefit(stores=[stores.get_store(session, make_store(session).id).code]))
    with pytest.raises(benefits.NotHere):
        note()


def test_undone_once_and_used_again(note, session, member_id, store_id):
    made, _ = note(amount=2)
    for now in (LATER, LATER + timedelta(hours=1)):
        undone = benefits.reverse(session, made.id, by="till-1", store_id=store_id, now=now)
        assert (undone.reversed_at, undone.reversed_by, undone.reversed_for) == (LATER, "till-1", None)
    assert left(session, member_id) == 2
    assert note("R2", amount=2)[1]
    assert note(amount=2) == (made, False)


def test_an_operator_says_why(note, session):
    made, _ = note()
    with pytest.raises(benefits.ReasonRefused):
        benefits.reverse(session, made.id, by="anna", reason=" ", now=LATER)
    assert benefits.reverse(session, made.id, by="anna", reason="误录", now=LATER).reversed_for == "误录"


def test_only_the_stores_own_uses_of_the_counter_are_undone_there(note, session, member_id, store_id):
    made, _ = note()
    for use_id, where in ((made.id, make_store(session).id), (1, store_id)):
        with pytest.raises(benefits.UseUnknown):
            benefits.reverse(session, use_id, by="till-1", store_id=where, now=LATER)
    grant = benefits.entitled(session, member_id, "returns", now=MORNING)
    place, day = benefits.Place(store_id, "booking", "B1"), MORNING.date()
    booked = benefits.count(session, member_id, grant, amount=1, place=place, day=day, now=MORNING)
    with pytest.raises(benefits.UsedElsewise):
        benefits.reverse(session, booked.id, by="till-1", store_id=store_id, now=LATER)
    with pytest.raises(benefits.RefReused):
        note("B1")
    for _ in range(2):
        benefits.give_back(session, booked.id, by="member", now=LATER)
    assert left(session, member_id) == 1
    with pytest.raises(benefits.UseUnknown):
        benefits.give_back(session, 1, by="member", now=LATER)
