"""The way through the tiers, with a clock that stands still where it matters (T3, T5, T8)."""

from datetime import timedelta

import pytest

from backend.kit.calendar import day_start
from backend.tiers.history import EVENT, MANUAL, PAID, Line
from backend.tiers.instants import FOREVER, MOMENT
from backend.tiers.replay import replay
from tests.factories.tiers import EVER, YEAR, bought, definition, noon, returned, tier, tier_at, timeline

GOLDEN = {"any": [{"spent_in_a_day_fen": 80_000}, {"spent_fen": 200_000, "days": 30}]}
GOLD = definition(tier("gold", GOLDEN, validity=YEAR))


def midnight(day):
    return noon(day) - timedelta(hours=12)


@pytest.mark.parametrize(
    ("purchases", "expected"),
    [
        ([(80_000, "2026-03-01")], "gold"),
        ([(79_999, "2026-03-01")], "basic"),
        ([(40_000, "2026-03-01"), (40_000, "2026-03-01")], "gold"),
        ([(40_000, "2026-03-01"), (40_000, "2026-03-02")], "basic"),
        ([(70_000, "2026-03-01"), (70_000, "2026-03-10"), (60_000, "2026-03-30")], "gold"),
        ([(70_000, "2026-03-01"), (70_000, "2026-03-10"), (60_000, "2026-03-31")], "basic"),
        ([(70_000, "2026-03-01"), (70_000, "2026-03-10"), (59_999, "2026-03-30")], "basic"),
    ],
)
def test_800_yuan_in_one_day_or_2000_in_30_days_make_gold(purchases, expected):
    lines = [bought(seq, fen, noon(day)) for seq, (fen, day) in enumerate(purchases, start=1)]
    assert tier_at(lines, timeline(GOLD), lines[-1].at) == expected


def test_a_tier_is_lost_at_the_first_instant_after_its_last_day():
    lines = [bought(1, 80_000, noon("2026-03-01"))]
    end = midnight("2027-03-02")
    assert tier_at(lines, timeline(GOLD), end - MOMENT) == "gold"
    assert tier_at(lines, timeline(GOLD), end) == "basic"


def test_what_is_bought_in_the_term_is_asked_at_its_end():
    book = definition(tier("gold", GOLDEN, keep={"spent_fen": 100_000, "days": 365}, validity=YEAR))
    spent = bought(1, 80_000, noon("2026-03-01"))
    end = midnight("2027-03-02")
    enough = [spent, bought(2, 20_000, noon("2026-06-01")), bought(3, 79_999, noon("2026-11-01"))]
    assert tier_at([*enough, bought(4, 1, noon("2026-12-01"))], timeline(book), end) == "gold"
    assert tier_at(enough, timeline(book), end) == "basic"
    career = replay([*enough, bought(4, 1, noon("2026-12-01"))], timeline(book), opened_at=EVER, at=end)
    assert career.state.terms == {"gold": [midnight("2028-03-02")]}


def test_the_calendar_year_is_that_of_the_last_day():
    keep = {"spent_fen": 100_000, "days": "calendar-year"}
    book = definition(tier("gold", {"spent_fen": 200_000, "days": "calendar-year"}, keep=keep, validity="year-end"))
    first = bought(1, 200_000, noon("2026-12-31"))
    end = midnight("2028-01-01")
    assert tier_at([first], timeline(book), end - MOMENT) == "gold"
    assert tier_at([first], timeline(book), end) == "basic"
    assert tier_at([first, bought(2, 100_000, end - MOMENT)], timeline(book), end) == "gold"
    assert tier_at([first, bought(2, 100_000, midnight("2027-01-01"))], timeline(book), end) == "gold"
    assert tier_at([first, bought(2, 100_000, midnight("2027-01-01") - MOMENT)], timeline(book), end) == "basic"


def test_grace_holds_the_tier_and_lets_the_condition_be_met_late():
    keep = {"spent_fen": 100_000, "days": 365}
    book = timeline(definition(tier("gold", GOLDEN, keep=keep, validity=YEAR, grace_days=30)))
    first = bought(1, 80_000, noon("2026-03-01"))
    grace_end = midnight("2027-04-01")
    assert tier_at([first], book, grace_end - MOMENT) == "gold"
    assert tier_at([first], book, grace_end) == "basic"
    kept = [first, *(bought(seq, 50_000, noon("2027-03-20") + seq * MOMENT) for seq in (2, 3))]
    late = replay([*kept[:2], bought(3, 29_999, noon("2027-03-21"))], book, opened_at=EVER, at=grace_end)
    assert late.state.tier == "basic"
    career = replay(kept, book, opened_at=EVER, at=grace_end)
    assert midnight("2028-03-02") in career.state.terms["gold"]


STEPS = (
    tier("silver", {"spent_fen": 50_000, "days": 30}, validity=YEAR),
    tier("gold", {"spent_fen": 200_000, "days": 30}, validity=YEAR),
)


@pytest.mark.parametrize(("landing", "expected"), [("full", "basic"), ("one-step", "silver")])
def test_landing(landing, expected):
    silver, gold = STEPS
    book = timeline(definition(silver, gold | {"landing": landing}))
    lines = [bought(1, 200_000, noon("2026-03-01"))]
    end = midnight("2027-03-02")
    assert tier_at(lines, book, end - MOMENT) == "gold"
    assert tier_at(lines, book, end) == expected
    assert tier_at(lines, book, midnight("2028-03-02")) == "basic"


def test_a_full_landing_is_where_the_history_says():
    book = timeline(definition(*STEPS))
    lines = [bought(1, 200_000, noon("2026-03-01")), bought(2, 60_000, noon("2026-09-01"))]
    assert tier_at(lines, book, midnight("2027-03-02")) == "silver"
    assert tier_at(lines, book, midnight("2027-09-02")) == "basic"


def test_a_tier_given_by_hand_ends_in_what_the_history_says():
    book = timeline(definition(*STEPS))
    trial = Line(2, MANUAL, noon("2026-03-05"), tier_code="gold", until_at=noon("2026-06-05"))
    lines = [bought(1, 60_000, noon("2026-03-01")), trial]
    assert tier_at(lines, book, noon("2026-06-05") - MOMENT) == "gold"
    assert tier_at(lines, book, noon("2026-06-05")) == "silver"
    more = [*lines, bought(3, 200_000, noon("2026-06-01"))]
    assert tier_at(more, book, noon("2026-06-05")) == "gold"


def test_a_paid_membership_ends_with_what_was_paid_for():
    book = timeline(definition(tier("plus", {"paid_membership": True}, validity=YEAR)))
    begins, ends = noon("2026-03-10"), noon("2026-06-10")
    lines = [Line(1, PAID, noon("2026-03-01"), from_at=begins, until_at=ends)]
    assert [tier_at(lines, book, at) for at in (begins - MOMENT, begins, ends - MOMENT, ends)] == [
        "basic",
        "plus",
        "plus",
        "basic",
    ]
    renewed = [*lines, Line(2, PAID, noon("2026-05-01"), from_at=ends, until_at=noon("2026-09-10"))]
    assert tier_at(renewed, book, ends) == "plus"
    assert tier_at(renewed, book, noon("2026-09-10")) == "basic"


def test_a_late_report_counts_as_if_it_had_come_in_time():
    book = timeline(GOLD)
    first = bought(1, 100_000, noon("2026-03-20"))
    lines = [bought(1, 75_000, noon("2026-03-20")), bought(2, 75_000, noon("2026-04-10"))]
    late = bought(3, 50_000, noon("2026-04-25"), on=noon("2026-04-12").date())
    assert first.value == 1_000
    assert tier_at([*lines, late], book, late.at) == "gold"
    too_late = bought(3, 50_000, noon("2026-04-25"))
    assert tier_at([*lines, too_late], book, too_late.at) == "basic"


def test_growth_decays_before_the_new_year_counts_and_after_the_old_is_judged():
    decay = {"decay": {"every": "year", "keep": 5_000}}
    book = timeline(definition(tier("gold", {"growth": 1_000}, validity="year-end"), growth=decay))
    lines = [Line(1, EVENT, noon("2026-03-01"), value=2_000)]
    turn = midnight("2027-01-01")
    assert replay(lines, book, opened_at=EVER, at=turn - MOMENT).history.growth == 2_000
    assert replay(lines, book, opened_at=EVER, at=turn).history.growth == 1_000
    end = midnight("2028-01-01")
    career = replay(lines, book, opened_at=EVER, at=end)
    assert (career.state.tier, career.history.growth) == ("gold", 500)
    assert tier_at(lines, book, midnight("2029-01-01") - MOMENT) == "gold"
    assert tier_at(lines, book, midnight("2029-01-01")) == "basic"


def test_returning_at_once_is_as_if_never_bought():
    book = timeline(GOLD)
    first = bought(1, 80_000, noon("2026-03-01"))
    assert tier_at([first, returned(2, first, 1, noon("2026-03-02"))], book, noon("2026-03-02")) == "basic"
    at_end = timeline(GOLD | {"on_refund": "at-period-end"})
    lines = [first, returned(2, first, 80_000, noon("2026-03-02"), whole=True)]
    assert tier_at(lines, at_end, midnight("2027-03-02") - MOMENT) == "gold"
    assert tier_at(lines, at_end, midnight("2027-03-02")) == "basic"


def test_forever_is_forever():
    book = timeline(definition(tier("gold", GOLDEN)))
    career = replay(
        [bought(1, 80_000, noon("2026-03-01"))], book, opened_at=EVER, at=day_start(noon("2099-01-01").date())
    )
    assert (career.state.tier, career.state.terms["gold"], career.next_at()) == ("gold", [FOREVER], None)
