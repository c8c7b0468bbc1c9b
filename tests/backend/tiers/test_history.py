from backend.tiers.history import EVENT, PAID, History, Line, history_of, is_void, taken_back
from tests.backend.tiers.lives import on
from tests.factories.tiers import bought, noon, returned

FIRST = bought(1, 10_050, noon("2026-01-01"))


def test_what_came_back_counts_as_if_it_had_never_been_bought():
    lines = [FIRST, bought(2, 5_000, noon("2026-01-02"))]
    taken_back(lines, returned(3, FIRST, 50, noon("2026-01-03")))
    assert (lines[0].spent_fen, lines[0].value, lines[0].purchases) == (10_000, 100, 1)
    taken_back(lines, returned(4, FIRST, 10_000, noon("2026-01-04"), whole=True))
    assert is_void(lines[0])
    assert not is_void(lines[1])


def test_growth_value_is_taken_from_the_latest_that_gave_any():
    lines = [Line(1, EVENT, noon("2026-01-01"), value=30), Line(2, EVENT, noon("2026-01-02"), value=20)]
    taken_back(lines, Line(3, EVENT, noon("2026-01-03"), value=-25))
    assert [line.value for line in lines] == [25, 0]
    taken_back(lines, Line(4, EVENT, noon("2026-01-03"), value=-99))
    assert [line.value for line in lines] == [0, 0]


def test_a_window_ends_with_its_day_and_holds_so_many_days():
    history = history_of([bought(seq, seq * 100, noon(f"2026-01-0{seq}")) for seq in (1, 2, 3)], growth=6)
    assert [day.spent_fen for day in history.within(2, on("2026-01-03"))] == [300, 200]
    assert [day.spent_fen for day in history.within(3, on("2026-01-03"), upto=on("2026-01-02"))] == [200, 100]
    assert sum(day.spent_fen for day in history.within("calendar-year", on("2026-12-31"))) == 600
    assert list(history.within("calendar-year", on("2027-01-01"))) == []


def test_paid_memberships_that_touch_are_one():
    history = History()
    for seq, (since, until) in enumerate((("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01")), start=1):
        history.count(Line(seq, PAID, noon(since), from_at=noon(since), until_at=noon(until)))
    assert history.paid_until(noon("2026-01-15")) == noon("2026-03-01")
    assert history.paid_until(noon("2026-03-01")) is None
    assert history.paid_after(noon("2025-12-31")) == noon("2026-01-01")
