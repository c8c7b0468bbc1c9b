from datetime import date

import pytest
from sqlalchemy import select, update

from backend.lottery.models import DayStock, Stock
from backend.lottery.stocks import Gone, Shelf, shortage, take
from tests.factories.draws import gift, make_draw

TODAY, TOMORROW = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture
def shelf(session):
    def of(*, day=TODAY, **limits):
        draw = make_draw(session, gift(**limits))
        return Shelf(draw.id, 1, draw.book.prize(1), day)

    return of


def test_pieces_are_counted_up_to_the_last(session, shelf):
    few = shelf(stock=2)
    assert (shortage(session, few), take(session, few), take(session, few)) == (None, (1, None), (2, None))
    assert shortage(session, few) == "sold-out"
    with pytest.raises(Gone) as gone:
        take(session, few)
    assert gone.value.reason == "sold-out"
    assert session.scalar(select(Stock.given)) == 2


def test_those_of_a_day_are_counted_by_day(session, shelf):
    today = shelf(per_day=1)
    tomorrow = Shelf(today.draw_id, 1, today.prize, TOMORROW)
    assert (take(session, today), shortage(session, today)) == ((None, 1), "day-sold-out")
    with pytest.raises(Gone) as gone:
        take(session, today)
    assert gone.value.reason == "day-sold-out"
    assert (shortage(session, tomorrow), take(session, tomorrow)) == (None, (None, 1))


def test_a_day_that_the_draw_does_not_have_has_no_pieces(session, shelf):
    assert shortage(session, shelf(day=date(2027, 1, 1), per_day=1)) == "day-sold-out"


def test_what_never_runs_out_needs_no_statement(session, shelf, count_statements):
    plenty = shelf()
    with count_statements(session) as said:
        assert (shortage(session, plenty), take(session, plenty)) == (None, (None, None))
    assert said == []


@pytest.mark.parametrize("table", [Stock, DayStock])
def test_the_database_itself_refuses_more_than_there_is(session, shelf, table):
    shelf(stock=1, per_day=1)
    with pytest.raises(Exception, match="given_within_stock"):
        session.execute(update(table).values(given=2))
