"""Coupons on purchases: a quote agrees with the sale, and refunds of lines in any order are exact."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from backend import coupons, points, purchases
from backend.kit.db import Model
from backend.kit.errors import DomainError
from backend.purchases import Basket, Receipt, RefundRequest, ReturnedLine
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.factories.purchases import make_lines, make_purchase, make_receipt
from tests.support.clocks import MORNING

ANY = {"others": "any"}
TEN = {"kind": "cash-off", "off_fen": 1_000}
TENTH = {"kind": "percent-off", "price": 9_000}


def sale(amounts, paid_fen, member, *used, order_no="SO-1", **parts):
    codes = frozenset(one.code for one in used) or None
    return make_receipt(
        *amounts, order_no=order_no, paid_fen=paid_fen, member_id=member.id, coupon_codes=codes, **parts
    )


def buy(session, store, *told, **parts):
    done = purchases.record(session, sale(*told, **parts), store_id=store.id, now=MORNING).purchase
    session.flush()
    return done


def give_back(session, store, refund_no, *lines, **parts):
    request = RefundRequest(refund_no, lines=tuple(ReturnedLine(no) for no in lines), **parts)
    done = purchases.refund(session, request, store_id=store.id, order_no="SO-1", now=MORNING)
    session.flush()
    return done


def code_of(call):
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.code


def rows(session):
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) for table in Model.metadata.sorted_tables
    }


def test_two_coupons_on_a_bill_fall_to_its_lines(session, member, store):
    one = make_coupon(session, member, worth=TEN, stacking=ANY)
    other = make_coupon(session, member, worth=TENTH, stacking=ANY)
    bought = buy(session, store, (10_000, 5_000), 12_500, member, one, other)
    found = purchases.detail(session, store_id=store.id, order_no="SO-1")
    assert (bought.coupon_fen, bought.value_fen, bought.points_earned) == (2_500, 12_500, 125)
    assert [(line.coupon_fen, line.paid_fen) for line in found.lines] == [(1_667, 8_333), (833, 4_167)]
    assert [(used.code, used.discount_fen) for used in purchases.used_coupons(session, bought)] == [
        (one.code, 1_000),
        (other.code, 1_500),
    ]
    assert one.status == other.status == "redeemed"


def test_the_same_report_again_is_answered_and_other_coupons_are_other_content(session, member, store):
    one, other = make_coupon(session, member, worth=TEN), make_coupon(session, member, worth=TEN)
    told = sale((10_000,), 9_000, member, one)
    first = purchases.record(session, told, store_id=store.id, now=MORNING)
    session.flush()
    again = purchases.record(session, told, store_id=store.id, now=MORNING)
    assert (again.purchase, first.created, again.created) == (first.purchase, True, False)
    changed = sale((10_000,), 9_000, member, other)
    assert code_of(lambda: purchases.record(session, changed, store_id=store.id, now=MORNING)) == (
        "purchases.order-no-reused"
    )


def test_what_a_sale_with_coupons_is_refused_for(session, member, store):
    coupon = make_coupon(session, member, worth=TEN)
    assert code_of(lambda: buy(session, store, (10_000,), 9_001, member, coupon)) == "purchases.overpaid"
    nobody = make_receipt(10_000, coupon_codes=frozenset([coupon.code]))
    assert code_of(lambda: purchases.record(session, nobody, store_id=store.id, now=MORNING)) == "coupons.no-member"
    assert code_of(lambda: buy(session, store, (10_000,), 9_000, make_member(session), coupon)) == "coupons.unknown"


def test_points_pay_of_what_coupons_have_left(session, rich, store):
    coupon = make_coupon(session, rich, worth=TENTH)
    basket = Basket(make_lines(10_000), rich.id, 1_000, coupon_codes=(coupon.code,))
    quoted = purchases.quote(session, basket, store_id=store.id, now=MORNING)
    assert (quoted.payable_fen, quoted.points_fen, quoted.choice.priced.coupon_fen) == (8_000, 1_000, 1_000)
    bought = buy(session, store, (10_000,), 8_000, rich, coupon, points_to_use=1_000)
    assert (bought.points_fen, bought.coupon_fen, bought.paid_fen) == (1_000, 1_000, 8_000)
    done = give_back(session, store, "R1", 1)
    assert (done.refund.money_fen, done.refund.points_returned) == (8_000, 1_000)
    assert [(back.code, back.status) for back in done.restored] == [(coupon.code, "ready")]


def test_a_coupon_that_excludes_points_leaves_none_to_use(session, rich, store):
    coupon = make_coupon(session, rich, worth=TENTH, stacking={"points": False})
    basket = Basket(make_lines(10_000), rich.id, coupon_codes=(coupon.code,))
    quoted = purchases.quote(session, basket, store_id=store.id, now=MORNING)
    assert (quoted.points_usable, quoted.why_fewer.code) == (0, "coupons.no-points")
    assert code_of(lambda: buy(session, store, (10_000,), 8_000, rich, coupon, points_to_use=1_000)) == (
        "coupons.no-points"
    )


@pytest.mark.parametrize("order", list(permutations((1, 2, 3)))[::2])
def test_lines_come_back_exactly_in_any_order_and_the_coupon_with_the_last(session, member, store, order):
    coupon = make_coupon(session, member, worth=TEN)
    amounts, paid = (3_333, 1_111, 2_223), 5_667
    bought = buy(session, store, amounts, paid, member, coupon)
    lines = {
        line.line_no: line.paid_fen for line in purchases.detail(session, store_id=store.id, order_no="SO-1").lines
    }
    done = [give_back(session, store, f"R{no}", no) for no in order]
    assert [one.refund.money_fen for one in done] == [lines[no] for no in order]
    assert [len(one.restored) for one in done] == [0, 0, 1]
    assert (bought.refunded_fen, coupon.status, coupon.redemptions) == (paid, "ready", 1)
    made = session.scalars(select(coupons.Redemption)).one()
    assert (made.returned_fen, made.returned_settlement_fen) == (1_000, 1_000)
    assert points.summary(session, member.id, now=MORNING).available == 100
    again = buy(session, store, amounts, paid, member, coupon, order_no="SO-2")
    assert (again.coupon_fen, coupon.redemptions) == (1_000, 2)


def test_a_line_that_coupons_paid_in_whole_comes_back_by_its_number(session, member, store):
    scope = {"goods": {"skus": ["SKU-2"]}}
    coupon = make_coupon(session, member, worth={"kind": "cash-off", "off_fen": 5_000}, scope=scope)
    buy(session, store, (100, 5_000), 100, member, coupon)
    first = give_back(session, store, "R1", 1)
    assert (first.refund.money_fen, first.restored, coupon.status) == (100, (), "redeemed")
    second = give_back(session, store, "R2", 2)
    assert (second.refund.amount_fen, second.restored[0].status, coupon.status) == (0, "ready", "ready")
    assert code_of(lambda: give_back(session, store, "R3", 2)) == "purchases.refund-exceeds"


def test_a_part_that_is_kept_keeps_the_coupon_redeemed(session, member, store):
    coupon = make_coupon(session, member, worth=TEN)
    buy(session, store, (5_000, 5_000), 9_000, member, coupon)
    assert give_back(session, store, "R1", amount_fen=4_500).restored == ()
    made = session.scalars(select(coupons.Redemption)).one()
    assert (coupon.status, made.discount_fen - made.returned_fen) == ("redeemed", 500)


def test_an_update_that_hits_no_row_aborts_the_order(session, member, store):
    coupon = make_coupon(session, member, worth=TEN)
    session.flush()
    before, engine, turns = rows(session), session.get_bind(), iter([True])

    def hit_nothing(_connection, _cursor, said, parameters, *_rest):
        if said.startswith("UPDATE coupons SET") and next(turns, False):
            said = said.replace("WHERE", "WHERE 1 = 0 AND", 1)
        return said, parameters

    event.listen(engine, "before_cursor_execute", hit_nothing, retval=True)
    try:
        with pytest.raises(DomainError) as refused, session.begin_nested():
            buy(session, store, (10_000,), 9_000, member, coupon)
    finally:
        event.remove(engine, "before_cursor_execute", hit_nothing)
    assert (refused.value.code, next(turns, "used up")) == ("coupons.used", "used up")
    assert rows(session) == before
    assert buy(session, store, (10_000,), 9_000, member, coupon).coupon_fen == 1_000


KINDS = [
    {"worth": TEN, "stacking": ANY},
    {"worth": TENTH, "stacking": ANY, "scope": {"goods": {"skus": ["SKU-1"]}}},
    {"worth": {"kind": "fixed-price", "price_fen": 777}, "stacking": ANY},
    {"worth": TEN | {"threshold_fen": 9_000, "every": True}, "stacking": ANY | {"member_price": False}},
    {"worth": TEN | {"off_fen": 1_234}, "stacking": ANY | {"points": False}},
]


@pytest.fixture
def shop(session, rich, store):
    """A store, a member with points and the price of gold, and a template of each kind."""
    make_purchase(session, 1_000_000, store_id=store.id, member_id=rich.id)
    return store, rich, [make_template(session, **parts) for parts in KINDS]


@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.integers(1, 30_000), min_size=1, max_size=3),
    picked=st.lists(st.integers(0, len(KINDS) - 1), min_size=1, max_size=3),
    wanted=st.sampled_from([None, 100]),
)
def test_a_quote_writes_nothing_and_agrees_with_the_sale(session, shop, amounts, picked, wanted):
    store, member, kinds = shop
    with session.begin_nested() as undone:
        mine = [make_coupon(session, member, template=kinds[kind]) for kind in picked]
        before = rows(session)
        basket = Basket(make_lines(*amounts), member.id, wanted, coupon_codes=None)
        try:
            quoted = purchases.quote(session, basket, store_id=store.id, now=MORNING)
        except DomainError:
            quoted = None
        assert rows(session) == before
        if quoted is not None:
            check_sale(session, store, basket, quoted, {one.code: one for one in mine})
        undone.rollback()


def check_sale(session, store, basket, quoted, mine):
    used = [mine[use.ticket.code] for use in quoted.choice.priced.uses]
    amounts, member = [line.amount_fen for line in basket.lines], basket.member_id
    parts = {"points_to_use": basket.points_to_use} if basket.points_to_use else {}
    codes = frozenset(one.code for one in used) or None
    told = Receipt("Q-1", MORNING, basket.lines, sum(amounts), quoted.payable_fen, member, coupon_codes=codes, **parts)
    bought = purchases.record(session, told, store_id=store.id, now=MORNING).purchase
    session.flush()
    assert (bought.coupon_fen, bought.points_fen) == (quoted.choice.priced.coupon_fen, quoted.points_fen)
    assert (bought.points_earned, bought.growth_earned) == (quoted.points, quoted.growth)
    found = purchases.detail(session, store_id=store.id, order_no="Q-1")
    assert tuple(line.coupon_fen for line in found.lines) == quoted.choice.priced.shares
    assert all(line.value_fen + line.coupon_fen <= line.amount_fen for line in found.lines)
    assert sum(line.value_fen for line in found.lines) == quoted.payable_fen + quoted.points_fen
