from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from backend.purchases.rules import (
    coupon_returned,
    money_kept,
    money_returned,
    points_for,
    points_returned,
    settles_at,
    share_of_payment,
    share_of_points,
    share_of_refund,
)

fen = st.integers(0, 10**11)
rates = st.integers(0, 100_000)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=30)
bills = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).filter(sum)  # money and points, both in fen
ONE_PER_TEN_YUAN = 1_000
PLAIN = 10_000


@given(fen, rates, rates)
def test_points_are_the_exact_product_rounded_down_once(paid, per_yuan, multiplier):
    exact = Fraction(paid, 100) * Fraction(per_yuan, 10_000) * Fraction(multiplier, 10_000)
    assert points_for(paid, per_yuan=per_yuan, multiplier=multiplier) == floor(exact)


@given(fen, fen, rates, rates)
def test_paying_more_never_earns_less(one, other, per_yuan, multiplier):
    less, more = sorted((one, other))
    assert points_for(less, per_yuan=per_yuan, multiplier=multiplier) <= points_for(
        more, per_yuan=per_yuan, multiplier=multiplier
    )


@given(st.integers(0, 10**4), st.integers(0, 300), st.integers(0, 300))
def test_whole_points_are_not_rounded_away(tens_of_thousands, hundredths, more_hundredths):
    """Where the exact product is whole, a float would often fall a hair short of it."""
    paid_fen = tens_of_thousands * 1_000_000
    earned = points_for(paid_fen, per_yuan=hundredths * 100, multiplier=more_hundredths * 100)
    assert earned == tens_of_thousands * hundredths * more_hundredths


def test_silver_member_earns_one_fifth_more():
    assert points_for(19_999, per_yuan=10_000, multiplier=12_000) == 239  # 199.99 yuan * 1.2 = 239.988


@given(weights, st.data())
def test_line_points_add_up_and_each_is_within_one_of_its_exact_share(paid, data):
    points = data.draw(st.integers(0, 10**9)) if sum(paid) else 0
    shares = share_of_points(points, paid)
    assert sum(shares) == points
    whole = sum(paid) or 1
    assert all(abs(share - Fraction(points * part, whole)) < 1 for share, part in zip(shares, paid, strict=True))


@given(weights, st.data())
def test_shares_of_the_payment_add_up_and_none_is_more_than_its_line(amounts, data):
    paid = data.draw(st.integers(0, sum(amounts)))
    points_fen = data.draw(st.integers(0, sum(amounts) - paid))
    shares = share_of_payment(paid, points_fen, amounts)
    assert (sum(money for money, _ in shares), sum(points for _, points in shares)) == (paid, points_fen)
    assert all(0 <= money <= money + points <= amount for (money, points), amount in zip(shares, amounts, strict=True))


@given(weights, st.data())
def test_more_than_the_lines_cost_falls_to_what_they_may_cost_besides(costs, data):
    most = [cost + data.draw(st.integers(0, 99)) for cost in costs]
    paid = data.draw(st.integers(0, sum(most)))
    shares = share_of_payment(paid, sum(most) - paid, costs, most)
    assert [money + points for money, points in shares] == most
    assert sum(money for money, _ in share_of_payment(paid, 0, costs, most)) == paid


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.data())
def test_the_share_of_a_coupon_comes_back_with_the_line_whole_in_the_end(share, value, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, value), max_size=5)))
    back = [coupon_returned(share, returned_fen=cut, value_fen=value, came_back=True) for cut in [*cuts, value]]
    assert back == sorted(back)
    assert back[-1] == share
    assert value or coupon_returned(share, returned_fen=0, value_fen=0, came_back=False) == 0


@given(weights, st.data())
def test_a_refund_never_takes_more_from_a_line_than_is_left(left, data):
    amount = data.draw(st.integers(0, sum(left)))
    shares = share_of_refund(amount, left)
    assert sum(shares) == amount
    assert all(0 <= share <= most for share, most in zip(shares, left, strict=True))


@given(st.integers(0, 10**8), rates, rates, st.data())
def test_what_is_taken_back_does_not_depend_on_how_a_refund_is_cut_up(paid, per_yuan, multiplier, data):
    cuts = sorted({0, *data.draw(st.lists(st.integers(0, paid), max_size=12))})
    worth = [points_for(paid - cut, per_yuan=per_yuan, multiplier=multiplier) for cut in cuts]
    taken = [before - after for before, after in pairwise(worth)]
    assert all(part >= 0 for part in taken)
    assert sum(taken) == worth[0] - worth[-1] <= worth[0]


def test_ten_refunds_of_one_yuan_take_back_the_point_of_ten_yuan():
    def worth(kept):
        return points_for(kept, per_yuan=ONE_PER_TEN_YUAN, multiplier=PLAIN)

    taken = [worth(kept) - worth(kept - 100) for kept in range(1_000, 0, -100)]
    assert taken == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]


def test_without_the_rule_ten_refunds_of_one_yuan_would_take_back_nothing():
    naive = [points_for(100, per_yuan=ONE_PER_TEN_YUAN, multiplier=PLAIN) for _ in range(10)]
    assert sum(naive) == 0


def test_points_settle_when_the_last_day_for_returns_is_over():
    assert settles_at(date(2026, 3, 1), 7) == datetime(2026, 3, 8, 16, tzinfo=UTC)  # midnight in Shanghai
    assert settles_at(date(2026, 3, 1), 0) is None


@given(bills, st.integers(1, 10**7), st.data())
def test_money_and_points_go_back_in_the_proportion_in_which_they_were_paid(bill, points, data):
    paid, points_fen = bill
    value, used = sum(bill), points if points_fen else 0
    returned = data.draw(st.integers(0, value))
    money = money_returned(returned, value_fen=value, points_fen=points_fen)
    back = points_returned(returned, value_fen=value, points_used=used)
    assert 0 <= money - Fraction(returned * paid, value) < 1
    assert 0 <= Fraction(returned * used, value) - back < 1


@given(bills, st.integers(1, 10**7), st.data())
def test_what_goes_back_does_not_depend_on_how_a_refund_is_cut_up(bill, points, data):
    paid, points_fen = bill
    value, used = sum(bill), points if points_fen else 0
    cuts = sorted({0, value, *data.draw(st.lists(st.integers(0, value), max_size=12))})
    money = [money_returned(cut, value_fen=value, points_fen=points_fen) for cut in cuts]
    back = [points_returned(cut, value_fen=value, points_used=used) for cut in cuts]
    assert all(
        0 <= after - before <= most - least
        for (before, after), (least, most) in zip(pairwise(money), pairwise(cuts), strict=True)
    )
    assert all(before <= after for before, after in pairwise(back))
    assert (money[0], back[0], money[-1], back[-1]) == (0, 0, paid, used)


def test_a_refund_cut_into_single_fen_would_lose_all_points_if_each_were_reckoned_alone():
    """The negative control: it is what has come back in all that is reckoned."""
    assert sum(points_returned(1, value_fen=200, points_used=100) for _ in range(200)) == 0


@given(bills, st.data())
def test_what_is_kept_of_a_line_counts_to_the_nearest_fen_and_never_rises(bill, data):
    paid, value = bill[0], sum(bill)
    less, more = sorted(data.draw(st.tuples(st.integers(0, value), st.integers(0, value))))
    kept = [money_kept(fen, value_fen=value, paid_fen=paid) for fen in (0, less, more, value)]
    assert kept == sorted(kept)
    assert (kept[0], kept[-1]) == (0, paid)
    assert abs(kept[1] - Fraction(less * paid, value)) <= Fraction(1, 2)


def test_a_line_that_cost_nothing_keeps_nothing():
    assert money_kept(0, value_fen=0, paid_fen=0) == 0
