from datetime import timedelta

import pytest

from backend import benefits, members, points
from backend.benefits import Stay
from backend.purchases import RefundRequest, refund
from tests.factories.benefits import PLATE, make_car, offer, parking
from tests.factories.purchases import make_purchase
from tests.factories.stores import make_store
from tests.support.clocks import LATE, MORNING

AFTER_MIDNIGHT = LATE + timedelta(minutes=30)


@pytest.fixture
def gate(session, member_id, store_id):
    """What a gate asks for: minutes of a stay of the member's car."""
    offer(session, parking())
    make_car(session, member_id)

    def deduct(minutes, ref="P1", *, now=MORNING, where=None, **parts):
        stay = Stay(ref, parts.pop("plate", PLATE), minutes, **parts)
        return benefits.deduct(session, stay, store_id=where or store_id, now=now)

    return deduct


def shares(made):
    return made.purchase_minutes, made.tier_minutes, made.points_minutes, made.points


def free(session, store_id, *, now=MORNING, entered_at=None):
    found = benefits.free_parking(session, PLATE, store_id=store_id, entered_at=entered_at, now=now)
    return found.purchase_minutes, found.tier_minutes, found.points_minutes


def available(session, member_id):
    assert points.verify(session, [member_id]) == []
    return points.summary(session, member_id, now=MORNING).available


def test_what_a_stay_has_free(gate, session, member_id, store_id):
    assert free(session, store_id) == (0, 60, 60)
    make_purchase(session, 50_000, store_id=store_id, member_id=member_id)
    make_purchase(session, 50_000, store_id=make_store(session).id, member_id=member_id)
    assert free(session, store_id)[:2] == (180, 60)
    assert free(session, store_id, now=AFTER_MIDNIGHT)[0] == 0


def test_what_is_lost_first_is_taken_first(gate, session, member_id, store_id):
    make_purchase(session, 20_000, store_id=store_id, member_id=member_id)
    assert shares(gate(90)[0]) == (60, 30, 0, 0)
    assert free(session, store_id)[:2] == (0, 30)
    make_purchase(session, 30_000, store_id=store_id, member_id=member_id)
    assert free(session, store_id)[:2] == (120, 30)


def test_points_buy_the_rest_where_the_driver_says_so(gate, session, member_id):
    with pytest.raises(benefits.NotCovered) as error:
        gate(80)
    assert error.value.details == {"covered": 60}
    with pytest.raises(benefits.NotCovered):
        gate(80, points=49)
    assert shares(gate(80, points=50)[0]) == (0, 60, 20, 50)
    assert available(session, member_id) == 50


def test_points_buy_the_rest_where_the_member_has_said_so(gate, session, member_id):
    car = benefits.vehicles(session, member_id)[0]
    benefits.allow_points(session, member_id, car.id, most=50, now=MORNING)
    with pytest.raises(benefits.NotCovered) as error:
        gate(91)
    assert error.value.details == {"covered": 90}
    assert shares(gate(90)[0]) == (0, 60, 30, 50)
    with pytest.raises(benefits.NotCovered):
        gate(1, "P2", points=0)


def test_no_more_points_than_the_house_sells(gate, session, member_id):
    for number in range(3):
        make_purchase(session, 10_000, store_id=make_store(session).id, member_id=member_id, order_no=f"SO-{number}")
    with pytest.raises(benefits.NotCovered) as error:
        gate(500, points=10_000)
    assert error.value.details == {"covered": 150}


def test_a_stay_is_deducted_for_once(gate, session, member_id, store_id):
    made, new = gate(30)
    assert new
    assert gate(30) == (made, False)
    for parts in ({"minutes": 31}, {"minutes": 30, "points": 1}, {"minutes": 30, "plate": "沪A54321"}):
        with pytest.raises(benefits.SessionReused):
            gate(**parts)
    benefits.remove(session, member_id, benefits.vehicles(session, member_id)[0].id, now=MORNING)
    session.flush()
    assert gate(30) == (made, False)
    assert made.minutes == 30


def test_undone_once_minutes_and_points_come_back(gate, session, member_id, store_id):
    make_purchase(session, 20_000, store_id=store_id, member_id=member_id)
    before = available(session, member_id)
    made, _ = gate(140, points=50)
    assert shares(made) == (60, 60, 20, 50)
    with pytest.raises(benefits.DeductionUnknown):
        benefits.reverse_deduction(session, made.id, store_id=make_store(session).id, by="till-1", now=MORNING)
    for now in (MORNING, AFTER_MIDNIGHT):
        undone = benefits.reverse_deduction(session, made.id, store_id=store_id, by="till-1", now=now)
        assert undone.reversed_at == MORNING
    assert available(session, member_id) == before
    assert free(session, store_id)[:2] == (60, 60)
    assert gate(140, points=50) == (made, False)


def test_a_stay_over_midnight_counts_for_the_day_it_began(gate, session, member_id, store_id):
    make_purchase(session, 20_000, store_id=store_id, member_id=member_id)
    assert free(session, store_id, now=AFTER_MIDNIGHT, entered_at=LATE)[:2] == (60, 60)
    made, _ = gate(100, now=AFTER_MIDNIGHT, entered_at=LATE)
    assert (shares(made), made.stay_on.isoformat()) == ((60, 40, 0, 0), "2026-03-01")
    assert free(session, store_id, now=AFTER_MIDNIGHT)[:2] == (0, 60)


def test_what_purchases_freed_stays_free_and_they_free_no_more(gate, session, member_id, store_id):
    bought = make_purchase(session, 50_000, store_id=store_id, member_id=member_id)
    gate(100)
    wish = RefundRequest(refund_no="F1", amount_fen=40_000)
    refund(session, wish, store_id=store_id, order_no=bought.order_no, now=MORNING)
    session.flush()
    assert free(session, store_id)[:2] == (0, 60)


def test_purchases_free_a_stay_whatever_the_tier(gate, session, member_id, store_id):
    offer(session, parking(quotas={"gold": {"per": "day"}}))
    make_purchase(session, 20_000, store_id=store_id, member_id=member_id)
    assert free(session, store_id)[:2] == (60, 0)
    assert shares(gate(60)[0]) == (60, 0, 0, 0)
    offer(session, parking(quotas={"basic": {"per": "day"}}, parking={}))
    assert shares(gate(9_999, "P2")[0]) == (0, 9_999, 0, 0)


def test_who_has_no_free_parking(gate, session, member_id, store_id):
    with pytest.raises(benefits.VehicleUnknown):
        gate(1, plate="京A00001")
    with pytest.raises(benefits.PlateRefused):
        gate(1, plate="nothing")
    with pytest.raises(benefits.StayRefused):
        gate(1, entered_at=MORNING + timedelta(hours=1))
    members.block(session, member_id)
    with pytest.raises(members.Blocked):
        gate(1)
    offer(session)
    members.unblock(session, member_id)
    with pytest.raises(benefits.BenefitUnknown):
        gate(1)


def test_the_gate_asks_by_few_statements(gate, session, member_id, store_id, count_statements):
    make_purchase(session, 20_000, store_id=store_id, member_id=member_id)
    gate(1, "P0")
    session.expire_all()
    with count_statements(session) as said:
        gate(140, points=50)
    assert len(said) <= 36, said
