from backend.tiers.history import CORRECTION, EVENT, MERGE, TIME, Line
from backend.tiers.instants import MOMENT
from backend.tiers.replay import carry, grown, replay
from backend.tiers.state import NEW_BOOK
from tests.factories.tiers import EVER, YEAR, bought, definition, midnight, noon, returned, tier, tier_at, timeline

FIRST = definition(tier("gold", {"spent_fen": 100_000, "days": 30}, validity=YEAR))
HARDER = definition(tier("gold", {"spent_fen": 300_000, "days": 30}, validity=YEAR))
EASIER = definition(tier("gold", {"spent_fen": 50_000, "days": 30}, validity=YEAR))
BUYING, TURN = noon("2026-03-01"), noon("2026-06-01")


def test_a_harder_book_lowers_nobody_before_the_period_ends():
    books, lines = timeline(FIRST, (TURN, HARDER)), [bought(1, 100_000, BUYING)]
    assert tier_at(lines, books, midnight("2027-03-02") - MOMENT) == "gold"
    assert tier_at(lines, books, midnight("2027-03-02")) == "basic"


def test_a_book_that_recomputes_counts_as_if_it_had_always_been_in_force():
    books, lines = timeline(FIRST, (TURN, HARDER | {"change": "recompute"})), [bought(1, 100_000, BUYING)]
    assert [tier_at(lines, books, at) for at in (TURN - MOMENT, TURN)] == ["gold", "basic"]
    books = timeline(FIRST, (TURN, EASIER | {"change": "recompute"}))
    lines = [bought(1, 60_000, BUYING)]
    assert [tier_at(lines, books, at) for at in (TURN - MOMENT, TURN)] == ["basic", "gold"]


def test_an_easier_book_raises_at_once_who_qualifies_then():
    books = timeline(FIRST, (TURN, EASIER))
    lines = [bought(1, 60_000, TURN - 5 * MOMENT)]
    assert [tier_at(lines, books, at) for at in (TURN - MOMENT, TURN)] == ["basic", "gold"]
    assert tier_at([bought(1, 60_000, BUYING)], books, TURN) == "basic"


def test_a_tier_for_ever_gets_an_end_where_tiers_now_have_one():
    books = timeline(definition(tier("gold", {"growth": 10}, validity="forever")), (TURN, FIRST))
    lines = [bought(1, 1_000, BUYING)]
    assert replay(lines, books, opened_at=EVER, at=TURN).state.terms == {"gold": [midnight("2027-06-02")]}


def test_a_tier_that_is_replaced_goes_on_under_its_new_code():
    new = definition(tier("sun", {"growth": 9_999}, validity=YEAR), replaced={"gold": "sun"})
    books, lines = timeline(FIRST, (TURN, new)), [bought(1, 100_000, BUYING)]
    assert [tier_at(lines, books, at) for at in (TURN, midnight("2027-03-02"))] == ["sun", "basic"]
    career = replay(lines, books, opened_at=EVER, at=TURN)
    assert [(step.after, step.cause) for step in career.steps] == [("gold", "purchase")]


def test_what_was_wholly_returned_renews_nothing():
    first, second = bought(1, 100_000, BUYING), bought(2, 10, noon("2026-03-20"))
    back = returned(3, second, 10, noon("2026-03-21"), whole=True)
    assert replay([first, second, back], timeline(FIRST), opened_at=EVER, at=TURN).state.terms == {
        "gold": [midnight("2027-03-02")]
    }


def test_growth_value_decays_by_the_books_of_its_time_also_where_tiers_are_recomputed():
    decaying = FIRST | {"growth": {"decay": {"every": "month", "keep": 5_000}}}
    books = timeline(FIRST, (noon("2026-04-15"), decaying), (TURN, FIRST | {"change": "recompute"}))
    lines = [Line(1, EVENT, BUYING, value=100)]
    career = replay(lines, books, opened_at=EVER, at=noon("2026-09-01"))
    assert career.history.growth == grown(lines, books, at=noon("2026-09-01")) == 25
    assert grown([], books, at=TURN) == 0


def test_derived_lines_count_nothing_and_corrections_are_as_if_never_given():
    lines = [
        Line(1, EVENT, BUYING, value=10),
        Line(2, TIME, BUYING),
        Line(3, MERGE, BUYING, value=0),
        Line(4, CORRECTION, BUYING, value=-4),
    ]
    growing = timeline(definition(tier("gold", {"growth": 7})))
    career = replay(lines, growing, opened_at=EVER, at=BUYING)
    assert (career.state.tier, career.history.growth) == ("basic", 6)


def test_carrying_over_a_book_that_recomputes_tells_the_step_once():
    books, lines = timeline(FIRST, (TURN, HARDER | {"change": "recompute"})), [bought(1, 100_000, BUYING)]
    career = replay(lines, books, opened_at=EVER, at=BUYING)
    career.steps.clear()
    carried = carry(career, lines, opened_at=EVER, until=noon("2026-07-01"))
    assert [(step.at, step.cause, step.before, step.after) for step in carried.steps] == [
        (TURN, NEW_BOOK, "gold", "basic")
    ]
    assert carried.steps[0].evidence[0][0].needed == 300_000
    assert carried.state.at == noon("2026-07-01")
