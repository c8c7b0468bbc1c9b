import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend import members, points, purchases, tiers
from backend.kit.db import Model, Sessions
from backend.purchases import Basket
from tests.factories.members import make_member
from tests.factories.purchases import make_lines, make_purchase, make_receipt, make_store
from tests.support.clocks import MORNING


def outcome(call):
    try:
        return call()
    except Exception as refusal:  # noqa: BLE001  the refusals themselves are compared
        return type(refusal)


def compare(session, store, member_id, amounts):
    """A quote and then the purchase it speaks of; both as (points, growth, tier after) or the refusal."""
    lines = make_lines(*amounts)
    quoted = outcome(lambda: purchases.quote(session, Basket(lines, member_id), store_id=store.id, now=MORNING))
    payable = quoted.payable_fen if isinstance(quoted, purchases.Quote) else 0
    receipt = make_receipt(*amounts, member_id=member_id, paid_fen=payable)
    done = outcome(lambda: purchases.record(session, receipt, store_id=store.id, now=MORNING))
    if isinstance(quoted, type) or isinstance(done, type):
        return quoted, done
    after = quoted.tier_after.code if quoted.tier_after else None
    bought = done.purchase
    return (quoted.points, quoted.growth, after), (bought.points_earned, bought.growth_earned, bought.tier_code)


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


def test_without_a_member_there_is_no_discount_and_nothing_earned(session):
    store = make_store(session)
    quoted = purchases.quote(session, Basket(make_lines(19_999)), store_id=store.id, now=MORNING)
    assert (quoted.discount_fen, quoted.payable_fen, quoted.points, quoted.growth) == (0, 19_999, 0, 0)
    assert (quoted.tier, quoted.tier_after) == (None, None)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([0, 199_999, 200_000, 1_000_000, 5_000_000]),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=5),
)
def test_a_quote_agrees_with_the_purchase_in_numbers(sessions: Sessions, spent, amounts):
    with sessions.write() as session:
        member, store = make_member(session), make_store(session)
        make_purchase(session, spent, store_id=store.id, member_id=member.id)
        quoted, done = compare(session, store, member.id, amounts)
        assert quoted == done


@pytest.mark.parametrize(
    ("status", "refusal"), [("blocked", members.Blocked), ("closed", members.Closed), (None, members.MemberUnknown)]
)
def test_a_quote_agrees_with_the_purchase_in_refusals_of_members(session, status, refusal):
    member, store = make_member(session), make_store(session)
    member.status = status or "active"
    assert compare(session, store, member.id if status else 404, [100]) == (refusal, refusal)


def test_a_quote_agrees_with_the_purchase_in_refusing_absurd_bills(session):
    store = make_store(session)
    assert compare(session, store, None, [10**11, 1]) == (purchases.BillTooLarge, purchases.BillTooLarge)


def test_a_quote_writes_nothing(session):
    member, store = make_member(session), make_store(session)
    session.flush()  # so that only what the quote adds is counted
    before, balance = rows(session), points.summary(session, member.id, now=MORNING)
    basket = Basket(make_lines(10_000_000), member.id, points_to_use=100)
    purchases.quote(session, basket, store_id=store.id, now=MORNING)
    assert not [*session.dirty, *session.new, *session.deleted]
    assert (rows(session), points.summary(session, member.id, now=MORNING)) == (before, balance)
    assert tiers.standing(session, member.id, now=MORNING).growth == 0
