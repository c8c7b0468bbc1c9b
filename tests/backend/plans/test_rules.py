from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.calendar import add_months
from backend.plans.rules import first_span, next_span, quote, unused_days, worth

dates = st.dates(date(2020, 1, 1), date(2060, 1, 1))
periods = st.one_of(
    st.tuples(st.integers(1, 36), st.none()),
    st.tuples(st.none(), st.integers(1, 400)),
)


@pytest.mark.parametrize(
    ("bought", "lasts"),
    [
        (date(2026, 1, 31), [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]),
        (date(2028, 1, 30), [date(2028, 2, 29), date(2028, 3, 30), date(2028, 4, 30)]),
        (date(2026, 12, 15), [date(2027, 1, 15), date(2027, 2, 15)]),
    ],
)
def test_months_end_right_however_often_they_are_renewed(bought, lasts):
    span, found = first_span(bought, months=1, days=None), []
    for _ in lasts:
        found.append(span.last_on)
        span = next_span(span, months=1, days=None)
    assert found == lasts


@given(dates, st.lists(periods, min_size=1, max_size=6))
def test_what_follows_neither_overlaps_nor_leaves_a_gap(bought, bought_periods):
    span = first_span(bought, months=bought_periods[0][0], days=bought_periods[0][1])
    for months, days in bought_periods[1:]:
        after = next_span(span, months=months, days=days)
        assert after.from_on == span.last_on < after.last_on
        span = after


@given(dates, st.integers(1, 36), st.integers(1, 36))
def test_two_renewals_are_as_long_as_one_of_both(bought, one, other):
    parts = next_span(first_span(bought, months=one, days=None), months=other, days=None)
    assert parts.last_on == add_months(bought, one + other)


@given(st.integers(1, 10**7), st.integers(1, 1200), st.data())
def test_what_goes_back_is_the_share_rounded_down_less_what_was_used(price, days, data):
    unused = data.draw(st.integers(0, days))
    used = data.draw(st.integers(0, 10**7))
    back = quote(price, days=days, unused=unused, used_fen=used, thinking=False).fen
    exact = Fraction(price) * unused / days - used
    assert 0 <= back <= price
    assert back == max(exact, Fraction(0)) // 1 or back == exact.__floor__()


@given(st.integers(1, 10**7), st.integers(1, 1200), st.data())
def test_waiting_never_brings_more_back(price, days, data):
    earlier = data.draw(st.integers(0, days))
    later = data.draw(st.integers(0, earlier))
    early, late = (quote(price, days=days, unused=one, used_fen=0, thinking=False).fen for one in (earlier, later))
    assert late <= early


def test_all_goes_back_while_one_may_think_again_and_nothing_was_used():
    assert quote(100, days=10, unused=5, used_fen=0, thinking=True).fen == 100
    assert quote(100, days=10, unused=5, used_fen=10, thinking=True).fen == 40
    assert quote(100, days=10, unused=5, used_fen=0, thinking=False).fen == 50


@given(dates, st.integers(1, 400), st.integers(-10, 500))
def test_days_that_have_begun_are_used(bought, days, passed):
    last_on, today = bought + timedelta(days=days), bought + timedelta(days=passed)
    assert unused_days(bought, last_on, today) == min(max(days - passed, 0), days)


def test_only_coupons_with_a_value_are_taken_off():
    assert worth({"tea": 2, "gift": 1}, {"tea": 300}) == 600
