"""A standing reckoned from scratch: what was returned had never been, growth value decays by the books of its time."""

from backend.tiers.history import EVENT, Line
from backend.tiers.replay import grown, replay
from tests.factories.tiers import EVER, bought, definition, midnight, noon, returned, tier, tier_at, timeline

GOLD = definition(tier("gold", {"growth": 100}))
BOUGHT = bought(1, 10_000, noon("2026-01-05"))


def test_a_return_undoes_what_the_purchase_did():
    lines = [BOUGHT, returned(2, BOUGHT, 1, noon("2026-01-06"))]
    assert tier_at(lines[:1], timeline(GOLD), noon("2026-01-07")) == "gold"
    assert tier_at(lines, timeline(GOLD), noon("2026-01-07")) == "basic"


def test_where_the_book_waits_the_tier_stays_to_the_end_of_its_period():
    book = timeline(definition(tier("gold", {"growth": 100}, validity={"months": 1}), on_refund="at-period-end"))
    lines = [BOUGHT, returned(2, BOUGHT, 10_000, noon("2026-01-06"), whole=True)]
    assert tier_at(lines, book, noon("2026-01-20")) == "gold"
    assert tier_at(lines, book, midnight("2026-02-06")) == "basic"


def test_the_order_in_which_lines_come_does_not_matter():
    lines = [BOUGHT, bought(2, 500, noon("2026-01-06")), returned(3, BOUGHT, 400, noon("2026-01-08"))]
    at = noon("2026-01-09")
    first, second = (replay(order, timeline(GOLD), opened_at=EVER, at=at) for order in (lines, list(reversed(lines))))
    assert first.state == second.state
    assert first.history.growth == second.history.growth == 101


def test_growth_value_decays_at_the_first_instant_of_the_month():
    book = timeline(definition(tier("gold", {"growth": 100}), growth={"decay": {"every": "month", "keep": 5_000}}))
    lines = [Line(1, EVENT, noon("2026-01-05"), value=101)]
    assert [
        grown(lines, book, at=at) for at in (noon("2026-01-31"), midnight("2026-02-01"), midnight("2026-03-01"))
    ] == [
        101,
        50,
        25,
    ]
