from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.calendar import shop_day
from backend.points.rules import GENESIS, Expiry, Source, chained, choose, next_line
from config import policy

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds are naive


@dataclass
class Held:
    lot_no: int
    free: int
    expires_at: datetime | None


LOTS = st.lists(
    st.tuples(
        st.integers(0, 50), st.none() | st.sampled_from([datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)])
    ),
    max_size=8,
).map(lambda pairs: [Held(number, left, until) for number, (left, until) in enumerate(pairs, start=1)])


@given(LOTS, st.integers(0, 300))
def test_points_are_taken_one_by_one_from_what_expires_soonest(lots, amount):
    """The model: lay every single point in a row, in spending order, and take from the front (L4)."""
    row = [
        lot.lot_no
        for lot in sorted(lots, key=lambda lot: (lot.expires_at is None, lot.expires_at or FIRST_DAY, lot.lot_no))
        for _ in range(lot.free)
    ]
    taken = row[:amount]
    assert choose(lots, amount) == [(lot.lot_no, taken.count(lot.lot_no)) for lot in _in_order(lots, taken)]


def _in_order(lots, taken):
    by_number = {lot.lot_no: lot for lot in lots}
    return [by_number[number] for number in dict.fromkeys(taken)]


@pytest.mark.parametrize(
    ("earned", "months", "last_day"),
    [
        ("2026-01-30T16:00:00Z", 1, date(2026, 2, 28)),  # 31 January in the shop
        ("2026-01-31T15:59:59Z", 1, date(2026, 2, 28)),
        ("2026-01-31T16:00:00Z", 1, date(2026, 3, 1)),
        ("2024-02-29T04:00:00Z", 12, date(2025, 2, 28)),
        ("2026-03-01T01:00:00Z", 12, date(2027, 3, 1)),
    ],
)
def test_last_good_day_is_the_same_day_months_later_or_that_months_last(earned, months, last_day):
    expires_at = Expiry("months", months).of(datetime.fromisoformat(earned))
    assert shop_day(expires_at - timedelta(microseconds=1)) == last_day
    assert shop_day(expires_at) == last_day + timedelta(days=1)


@given(INSTANTS, st.integers(1, 36))
def test_points_are_good_from_earning_to_the_last_instant_of_a_shop_day(earned_at, months):
    expires_at = Expiry("months", months).of(earned_at)
    assert expires_at > earned_at
    assert shop_day(expires_at - timedelta(microseconds=1)) < shop_day(expires_at)


@given(INSTANTS, INSTANTS, st.integers(1, 36))
def test_what_is_earned_later_never_expires_earlier(one, other, months):
    early, late = sorted((one, other))
    assert Expiry("months", months).of(early) <= Expiry("months", months).of(late)


@dataclass
class Journal:
    member_id: int = 1
    balance: int = 0
    last_seq: int = 0
    last_hash: bytes = GENESIS
    last_at: datetime = FIRST_DAY


def test_a_line_fits_the_chain_whatever_zone_its_instants_came_in():
    """The scheduler and the command line think in the shop's zone; the database gives UTC back."""
    at, until = datetime(2026, 3, 1, 1, tzinfo=UTC), datetime(2027, 3, 1, 16, tzinfo=UTC)
    local = [moment.astimezone(policy.SHOP_ZONE) for moment in (at, until)]
    line = next_line(Journal(), "earn", 5, source=Source("grant", 7), at=local[0], expires_at=local[1])
    read_back = SimpleNamespace(**line | {"at": at, "expires_at": until})
    assert chained(GENESIS, read_back) == line["hash"]
