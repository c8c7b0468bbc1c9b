from random import Random

import pytest

from backend import lifecycle, plans
from backend.kit.db import run
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.plans import sell_plans
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.databases import sqlite_copy


@pytest.fixture
def engine(sqlite_template, tmp_path):
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def bought(sessions):
    """A member's card number and the order of a membership."""

    def work(session):
        sell_plans(session)
        make_operator(session, "li")
        member, store = make_member(session), make_store(session)
        sale = plans.Sale("T1", member.id, "gold-year", 12_000, "cash")
        return member.card_no, plans.sell(session, sale, store_id=store.id, rng=Random(1), now=MORNING)[0]

    return run(sessions.write, work)


def test_an_order_is_shown_quoted_and_refunded(answer, refusal, bought):
    card_no, order = bought
    assert [one["order_no"] for one in answer("plans", "list", card_no)] == [order.no]
    assert answer("plans", "quote", order.no)["refund_fen"] == 12_000
    wish = ("plans", "refund", order.no, "--by", "li", "--reason", "搬家")
    assert "plans.quote-changed" in refusal(*wish, "--fen", "1")
    assert answer(*wish)["status"] == "refunded"
    assert "plans.nothing-to-pay-out" in refusal("plans", "paid-out", order.no, "--by", "li")


def test_what_is_owed_to_who_left_is_listed_and_paid_out(answer, sessions, bought):
    order = bought[1]

    def leave(session):
        closure, _ = lifecycle.ask_to_leave(session, order.member_id, now=MORNING)
        session.flush()
        lifecycle.close_due(session, closure.id, now=closure.closes_at)

    run(sessions.write, leave)
    assert [one["order_no"] for one in answer("plans", "refunds")] == [order.no]
    assert answer("plans", "paid-out", order.no, "--by", "li")["refund_by"] == "li"
    assert answer("plans", "refunds") == []
