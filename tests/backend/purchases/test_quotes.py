"""A quote writes nothing and agrees with the purchase in numbers and refusals (L22): both on the same state."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend import members, points, purchases, tiers
from backend.kit.db import Model, Sessions
from backend.purchases import Basket, Receipt, cash
from tests.factories.books import change_book
from tests.factories.earning import make_rule, publish
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.factories.purchases import make_lines, make_purchase, make_store
from tests.support.clocks import MORNING

GIFT = 100


def outcome(call):
    try:
        return call()
    except Exception as refusal:  # noqa: BLE001  the refusals themselves are compared
        return type(refusal)


def compare(session, store, basket, *, now=MORNING):
    """A quote and then the purchase it speaks of; both in numbers or as the refusal."""
    quoted = outcome(lambda: purchases.quote(session, basket, store_id=store.id, now=now))
    done = outcome(lambda: purchases.record(session, _sale(session, basket, quoted, now), store_id=store.id, now=now))
    if isinstance(quoted, type) or isinstance(done, type):
        return quoted, done
    after = quoted.tier_after.code if quoted.tier_after else None
    bought = done.purchase
    settles_on = bought.settles_at and (bought.settles_at + timedelta(hours=8)).date()
    return (
        (quoted.points, quoted.growth, after, quoted.points_used, quoted.points_fen, quoted.settles_on),
        (
            bought.points_earned,
            bought.growth_earned,
            bought.tier_code,
            bought.points_used,
            bought.points_fen,
            settles_on,
        ),
    )


def _sale(session, basket, quoted, now):
    """The purchase as a till would report it: at the quote's price or, where it was refused, at what it would be."""
    total = sum(line.amount_fen for line in basket.lines)
    if isinstance(quoted, purchases.Quote):
        paid = quoted.payable_fen
    else:
        known = session.get(members.Member, basket.member_id) if basket.member_id else None
        price = tiers.standing(session, known.id, now=now).tier.price if known else 10_000
        paid = max(total * price // 10_000 - (basket.points_to_use or 0), 0)
    order_no = basket.order_no or f"Q-{len(session.scalars(select(purchases.Purchase.id)).all())}"
    return Receipt(order_no, now, basket.lines, total, paid, basket.member_id, basket.points_to_use)


def rows(session):
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) for table in Model.metadata.sorted_tables
    }


def test_a_quote_names_the_discount_of_the_tier(session):
    member, store = make_member(session), make_store(session)
    make_purchase(session, 1_000_000, store_id=store.id, member_id=member.id)
    quoted = purchases.quote(session, Basket(make_lines(19_999, 1), member.id), store_id=store.id, now=MORNING)
    assert (quoted.total_fen, quoted.discount_fen, quoted.payable_fen) == (20_000, 1_000, 19_000)
    assert (quoted.points, quoted.growth) == (285, 190)
    assert (quoted.tier.code, quoted.tier_after.code) == ("gold", "gold")


def test_without_a_member_there_is_no_discount_and_nothing_earned(session, store):
    quoted = purchases.quote(session, Basket(make_lines(19_999)), store_id=store.id, now=MORNING)
    assert (quoted.discount_fen, quoted.payable_fen, quoted.points, quoted.growth) == (0, 19_999, 0, 0)
    assert (quoted.tier, quoted.tier_after, quoted.points_usable) == (None, None, 0)
    assert quoted.why_fewer.code == "points.cash-no-member"


def test_points_pay_a_part_of_the_discounted_bill(session, rich, store):
    make_purchase(session, 200_000, store_id=store.id, member_id=rich.id)
    basket = Basket(make_lines(10_000), rich.id, points_to_use=1_000)
    quoted = purchases.quote(session, basket, store_id=store.id, now=MORNING)
    assert (quoted.discount_fen, quoted.points_fen, quoted.payable_fen) == (200, 1_000, 8_800)
    assert (quoted.points_used, quoted.points_usable, quoted.why_fewer) == (1_000, 3_000, None)


@pytest.mark.parametrize(
    ("amount", "usable", "code"),
    [
        (100_000, 1_000, None),
        (1_500, 700, "points.cash-share"),
        (199, 0, "points.cash-bill-too-small"),
    ],
)
def test_a_quote_tells_how_many_points_may_be_used_and_why_not_all(session, rich, store, amount, usable, code):
    quoted = purchases.quote(session, Basket(make_lines(amount), rich.id), store_id=store.id, now=MORNING)
    assert (quoted.points_used, quoted.points_usable) == (0, usable)
    assert (quoted.why_fewer and quoted.why_fewer.code) == code


def test_a_quote_tells_from_which_day_the_points_can_be_used(session, member):
    slow = make_store(session, return_days=7)
    basket = Basket(make_lines(10_000), member.id)
    assert purchases.quote(session, basket, store_id=slow.id, now=MORNING).settles_on == date(2026, 3, 9)
    nothing = Basket(make_lines(99), member.id)
    assert purchases.quote(session, nothing, store_id=slow.id, now=MORNING).settles_on is None


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([0, 199_999, 200_000, 1_000_000, 5_000_000]),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
    st.sampled_from([0, 7]),
    st.sampled_from([None, 0, 50, 100, 1_000, 2_500, 10**6]),
    st.sampled_from([None, 100, 1_000]),
)
def test_a_quote_agrees_with_the_purchase(sessions: Sessions, spent, amounts, days, wanted, held):
    with sessions.write() as session:
        member, store = make_member(session), make_store(session, return_days=days)
        give_points(session, member.id, 2_000)
        make_purchase(session, spent, store_id=store.id, member_id=member.id)
        if held:
            asked = {"store_id": store.id, "order_no": "SO-1", "member_id": member.id}
            purchases.hold_points(session, wanted=held, now=MORNING, **asked)
        session.flush()  # a quote reads what is written
        quoted, done = compare(session, store, Basket(make_lines(*amounts), member.id, wanted, "SO-1"))
        assert quoted == done


def refusing_members(session, rich, status):
    rich.status = status or "active"
    return Basket(make_lines(10_000), rich.id if status else 404, 100)


@pytest.mark.parametrize(
    ("status", "refusal"), [("blocked", members.Blocked), ("closed", members.Closed), (None, members.MemberUnknown)]
)
def test_a_quote_agrees_with_the_purchase_in_refusals_of_members(session, rich, store, status, refusal):
    assert compare(session, store, refusing_members(session, rich, status)) == (refusal, refusal)


def test_a_quote_agrees_with_the_purchase_in_refusing_absurd_bills(session, store):
    assert compare(session, store, Basket(make_lines(10**11, 1))) == (purchases.BillTooLarge,) * 2


@pytest.mark.parametrize(
    ("amount", "wanted", "refusal"),
    [
        (10_000, 150, cash.CashOutOfStep),
        (1_500, 800, cash.CashOverShare),
        (199, 100, cash.CashBillTooSmall),
        (100_000, 1_100, points.Insufficient),
    ],
)
def test_a_quote_agrees_with_the_purchase_in_refusals_of_points(session, rich, store, amount, wanted, refusal):
    assert compare(session, store, Basket(make_lines(amount), rich.id, wanted)) == (refusal, refusal)


def test_points_without_a_member_are_refused_by_both(session, store):
    assert compare(session, store, Basket(make_lines(10_000), None, 100)) == (cash.CashNeedsMember,) * 2


def test_points_that_are_switched_off_are_refused_by_both(session, rich, store):
    change_book(session, "cash", enabled=False)
    assert compare(session, store, Basket(make_lines(10_000), rich.id, 100)) == (cash.CashOff,) * 2
    quoted = purchases.quote(session, Basket(make_lines(10_000), rich.id), store_id=store.id, now=MORNING)
    assert (quoted.points_usable, quoted.why_fewer.code) == (0, "points.cash-off")


def test_a_frozen_account_is_refused_by_both_where_points_are_wanted(session, rich, store):
    points.freeze(session, points.lock(session, rich.id, now=MORNING), reason="audit", now=MORNING)
    session.flush()  # a quote reads what is written
    assert compare(session, store, Basket(make_lines(10_000), rich.id, 100)) == (points.Frozen,) * 2
    plain = Basket(make_lines(10_000), rich.id)
    quoted = purchases.quote(session, plain, store_id=store.id, now=MORNING)
    assert (quoted.points_usable, quoted.why_fewer.code) == (0, "points.frozen")
    numbers, same = compare(session, store, plain)
    assert numbers == same


def test_a_quote_for_an_order_uses_what_is_set_aside_for_it(session, rich, store):
    asked = {"store_id": store.id, "order_no": "SO-1", "member_id": rich.id}
    purchases.hold_points(session, wanted=600, now=MORNING, **asked)
    session.flush()  # a quote reads what is written
    lines = make_lines(100_000)
    for order_no, usable in (("SO-1", 600), ("SO-2", 400), (None, 400)):
        quoted = purchases.quote(session, Basket(lines, rich.id, None, order_no), store_id=store.id, now=MORNING)
        assert quoted.points_usable == usable
    assert compare(session, store, Basket(lines, rich.id, 700, "SO-1")) == (points.Insufficient,) * 2
    numbers, same = compare(session, store, Basket(lines, rich.id, 600, "SO-1"))
    assert numbers == same


def test_limits_of_rules_are_the_same_in_both(session, rich, store):
    publish(session, make_rule("base", caps={"day": 150}), make_rule("gift", "gift", effect={"fixed": 9}, budget=12))
    for earned in (109, 50 + 3, 0):
        quoted, done = compare(session, store, Basket(make_lines(10_000), rich.id))
        assert quoted == done
        assert quoted[0] == earned
        session.flush()  # what was used of limits is read back


def test_a_quote_writes_nothing(session, rich, store):
    session.flush()  # so that only what the quote adds is counted
    before, balance = rows(session), points.summary(session, rich.id, now=MORNING)
    basket = Basket(make_lines(10_000_000), rich.id, points_to_use=100)
    purchases.quote(session, basket, store_id=store.id, now=MORNING)
    assert not [*session.dirty, *session.new, *session.deleted]
    assert (rows(session), points.summary(session, rich.id, now=MORNING)) == (before, balance)
    assert tiers.standing(session, rich.id, now=MORNING).growth == 0
