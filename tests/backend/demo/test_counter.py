from datetime import timedelta

from backend import mall
from backend.demo.counter import offer_at_counter
from tests.support.clocks import MORNING


def test_something_costs_money_and_something_can_be_ordered_ahead(session):
    offer_at_counter(session, now=MORNING)
    paid, ahead = mall.list_items(session, now=MORNING, limit=9)
    assert (paid.points, paid.money_fen, paid.pick_up_from) == (300, 4_900, None)
    assert (ahead.deposit_points, ahead.money_fen) == (100, 0)
    assert MORNING + timedelta(days=20) < ahead.pick_up_from < MORNING + timedelta(days=21)
    assert ahead.off_at < ahead.pick_up_from < ahead.pick_up_until
