from datetime import timedelta

import pytest

from backend.tiers.instants import MOMENT
from backend.tiers.timeline import timeline_of
from tests.factories.tiers import bought, definition, midnight, noon, tier, timeline

FIRST = definition(tier("gold", {"growth": 5}))
DECAYING = FIRST | {"growth": {"decay": {"every": "month", "keep": 9_000}}}
YEARLY = FIRST | {"growth": {"decay": {"every": "year", "keep": 5_000}}}
ANEW = FIRST | {"change": "recompute"}
TURN = noon("2026-03-01")


def test_the_edition_in_force_is_the_last_that_came():
    two = timeline(FIRST, (TURN, FIRST))
    assert [two.at(at).version for at in (TURN - MOMENT, TURN)] == [1, 2]
    assert [edition.version for edition in two.since(1, TURN - MOMENT)] == []
    assert [edition.version for edition in two.since(1, TURN)] == [2]
    assert (two.after(two.edition(1)), two.after(two.edition(2))) == (two.edition(2), None)


def test_of_two_from_one_instant_the_later_version_is_in_force():
    both = timeline_of(timeline((TURN, FIRST), (TURN, FIRST)).editions[::-1])
    assert both.at(TURN).version == 2


def test_an_edition_that_is_not_there_is_not_found():
    with pytest.raises(LookupError):
        timeline(FIRST).edition(7)


def test_what_recomputes_counts_as_if_it_had_always_been():
    books = timeline(FIRST, (TURN, ANEW), (TURN + timedelta(days=1), FIRST))
    assert [edition.version for edition in books.judging(TURN - MOMENT).editions] == [1, 2, 3]
    assert [edition.version for edition in books.judging(TURN).editions] == [2, 3]


def test_decays_come_by_the_book_of_their_time():
    books = timeline(FIRST, (TURN, DECAYING), (noon("2026-05-02"), YEARLY))
    assert books.decay_after(noon("2026-01-15")) == (midnight("2026-04-01"), 9_000)
    assert books.decay_after(midnight("2026-04-01")) == (midnight("2026-05-01"), 9_000)
    assert books.decay_after(midnight("2026-05-01")) == (midnight("2027-01-01"), 5_000)
    assert timeline(FIRST).decay_after(TURN) is None


def test_who_was_still_judged_by_the_book_before_meets_the_next_right_after():
    books = timeline(FIRST, (TURN, ANEW))
    line = bought(1, 100, TURN + MOMENT)
    assert books.met_by([line]) is books
    met = books.met_by([line._replace(version=1), bought(2, 100, TURN - MOMENT)._replace(version=1)])
    assert [edition.live_from for edition in met.editions][1] == TURN + 2 * MOMENT
    assert books.met_by([line._replace(version=2)]) is books
