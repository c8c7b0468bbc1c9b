from collections import Counter
from datetime import timedelta

import pytest

from backend import families, points
from backend.points import Expiry
from tests.factories.families import allow_transfers, make_family
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


@pytest.fixture
def pair(session):
    """Giver and taker in one family, where points may pass."""
    allow_transfers(session)
    return make_family(session)


def give(session, giver, taker, amount, *, now=MORNING):
    made = families.transfer(session, giver.id, to_member_id=taker.id, amount=amount, now=now)
    session.flush()
    return made


def available(session, *people, now=MORNING):
    return [points.summary(session, one.id, now=now).available for one in people]


def test_points_pass_and_stay_good_for_just_as_long(session, pair):
    giver, taker = pair
    give_points(session, giver.id, 50, expiry=Expiry("months", 1))

    def by_expiry():
        lots = [lot for one in pair for lot in points.lots(session, one.id, limit=99)]
        return sum((Counter({lot.expires_at: lot.remaining}) for lot in lots), Counter())

    before = by_expiry()
    made = give(session, giver, taker, 120)
    assert (made.points, made.given_on.isoformat()) == (120, "2026-03-01")
    assert available(session, giver, taker) == [30, 220]
    assert by_expiry() == before
    assert points.verify(session, [giver.id, taker.id]) == []


def test_nothing_passes_where_the_house_does_not_allow_it(session):
    giver, taker = make_family(session)
    with pytest.raises(families.TransfersOff):
        give(session, giver, taker, 50)


def test_what_the_house_asks_of_a_gift(session, pair):
    giver, taker = pair
    with pytest.raises(families.ToOneself):
        give(session, giver, giver, 50)
    with pytest.raises(families.TooFew) as refused:
        give(session, giver, taker, 9)
    assert refused.value.detail == "每次至少转赠 10 积分"
    with pytest.raises(points.Insufficient):
        give(session, giver, taker, 101)
    assert available(session, giver, taker) == [100, 100]


def test_nothing_passes_out_of_the_family(session, pair):
    giver, _ = pair
    stranger, _ = make_family(session)
    for taker_id in (stranger.id, make_member(session).id, 1):
        with pytest.raises(families.NotInFamily):
            families.transfer(session, giver.id, to_member_id=taker_id, amount=50, now=MORNING)
    with pytest.raises(families.NoFamily):
        families.transfer(session, make_member(session).id, to_member_id=giver.id, amount=50, now=MORNING)


def test_a_newcomer_receives_only_after_a_while(session):
    allow_transfers(session, settled_days=7)
    giver, taker = make_family(session)
    with pytest.raises(families.NotSettled) as refused:
        give(session, giver, taker, 50, now=MORNING + 7 * DAY - TICK)
    assert refused.value.details == {"receives_on": "2026-03-08"}
    give(session, giver, taker, 50, now=MORNING + 7 * DAY)
    assert available(session, taker) == [150]


def test_the_days_cap_is_counted_by_giver_and_shop_day(session):
    allow_transfers(session, day_cap_points=60)
    giver, taker, third = make_family(session, size=3)
    give(session, giver, taker, 40)
    with pytest.raises(families.DayCapReached) as refused:
        give(session, giver, third, 21, now=LATE)
    assert refused.value.details == {"left": 20}
    give(session, giver, third, 20, now=LATE)
    give(session, taker, giver, 60, now=LATE)
    give(session, giver, taker, 60, now=LATE + timedelta(minutes=1))  # past midnight in the shop
    assert available(session, giver, taker, third, now=LATE) == [40, 140, 120]


def test_frozen_points_stay_where_they_are(session, pair):
    giver, taker = pair
    points.freeze(session, points.lock(session, taker.id, now=MORNING), reason="对账", now=MORNING)
    with pytest.raises(points.Frozen):
        give(session, giver, taker, 50)


def test_to_whom_points_cannot_go_is_no_matter_of_existence(session, pair):
    giver, taker = pair
    points.close(session, points.lock(session, taker.id, now=MORNING), source_id=1, now=MORNING)
    with pytest.raises(families.NotInFamily):
        give(session, giver, taker, 50)
