import pytest
from sqlalchemy import text

from backend import lottery, points
from backend.lottery.models import Draw
from tests.factories.draws import goods, make_draw, play
from tests.support.clocks import MORNING


@pytest.fixture
def engine(on_sqlite):
    return on_sqlite


@pytest.fixture
def draw(session, member_id):
    draw = make_draw(
        session,
        goods(stock=9, per_day=5),
        cost={"kind": "ticket"},
        tickets={"event": 3},
    )
    lottery.give_tickets(session, member_id, "event", source=points.Source("event", 1), now=MORNING)
    for _ in range(3):
        play(session, member_id, draw)
    return draw


def faults(session, draw):
    session.expire_all()
    return {fault.row.split()[0] for fault in lottery.verify(session, session.get(Draw, draw.id))}


def test_all_that_counts_agrees(session, draw):
    assert faults(session, draw) == set()


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE lottery_stocks SET given = given + 1", "lottery_stocks"),
        ("UPDATE lottery_stocks SET stock = stock + 1", "lottery_stocks"),
        ("DELETE FROM lottery_stocks", "lottery_stocks"),
        ("UPDATE lottery_day_stocks SET given = given + 1", "lottery_day_stocks"),
        ("DELETE FROM lottery_day_stocks WHERE day > '2026-03-04'", "lottery_day_stocks"),
        ("UPDATE lottery_tickets SET used = used - 1", "lottery_tickets"),
        ("DELETE FROM lottery_tickets", "lottery_tickets"),
        ("DELETE FROM lottery_wins", "lottery_wins"),
        ("UPDATE lottery_wins SET play_id = play_id + 1", "lottery_wins"),
    ],
)
def test_a_counter_that_disagrees_is_named(session, draw, statement, table):
    session.execute(text(statement))
    assert faults(session, draw) == {table}


def test_stock_that_was_changed_together_with_its_counter_is_found(session, draw):
    """The published definition is what counts."""
    session.execute(text("UPDATE lottery_stocks SET stock = given"))
    assert faults(session, draw) == {"lottery_stocks"}
