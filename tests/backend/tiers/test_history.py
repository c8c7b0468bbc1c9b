from datetime import date

from backend.tiers.history import CORRECTION, EVENT, PAID, History, Line, first_day, history_of, is_void, taken_back
from backend.tiers.instants import FOREVER
from tests.factories.tiers import bought, noon, returned

AT = noon("2026-03-01")


def test_windows_end_with_their_day():
    assert first_day(30, date(2026, 3, 30)) == date(2026, 3, 1)
    assert first_day("calendar-year", date(2026, 3, 30)) == date(2026, 1, 1)


def test_days_are_found_in_order_however_late_they_were_told():
    late, first = bought(2, 200, AT, on=date(2026, 2, 1)), bought(1, 100, AT)
    history = history_of([first, late], 3)
    assert history.spent[history.within(60, date(2026, 3, 1))] == [200, 100]
    assert history.spent[history.within(60, date(2026, 3, 1), date(2026, 2, 3))] == [200]
    assert (history.spent_on(date(2026, 2, 1)), history.spent_on(date(2026, 2, 2)), history.growth) == (200, 0, 3)


def test_paid_memberships_that_meet_are_one():
    history = History()
    for seq, (since, until) in enumerate([("2026-03-01", "2026-04-01"), ("2026-04-01", None)], start=1):
        history.count(Line(seq, PAID, AT, from_at=noon(since), until_at=until and noon(until)))
    assert (history.paid_until(AT), history.paid_after(noon("2026-02-01"))) == (FOREVER, AT)
    assert (history.paid_until(noon("2026-02-01")), history.paid_after(AT)) == (None, None)


def test_a_refund_takes_from_its_purchase_whatever_came_between():
    lines = [bought(1, 199, AT), bought(2, 101, AT)]
    taken_back(lines, returned(3, lines[0], 100, AT))
    assert [(line.spent_fen, line.purchases, line.value) for line in lines] == [(99, 1, 0), (101, 1, 1)]
    taken_back(lines, returned(4, lines[0], 99, AT, whole=True))
    assert [is_void(line) for line in lines] == [True, False]
    taken_back(lines, returned(5, bought(9, 5, AT), 5, AT))
    assert len(lines) == 2


def test_a_correction_takes_the_latest_that_is_left():
    lines = [Line(1, EVENT, AT, value=10), Line(2, EVENT, AT, value=5), Line(3, CORRECTION, AT, value=-3)]
    taken_back(lines, Line(4, CORRECTION, AT, value=-7))
    assert [line.value for line in lines] == [8, 0, -3]
    taken_back(lines, Line(5, CORRECTION, AT, value=-100))
    assert [line.value for line in lines] == [0, 0, -3]
