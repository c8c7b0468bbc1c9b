import pytest

from backend import rulebooks
from backend.tiers import editions
from tests.factories.tiers import definition, publish_book, tier
from tests.support.clocks import LATE, MORNING


def test_the_book_in_force_is_the_latest_that_has_come(session):
    publish_book(session, definition(tier("gold", {"growth": 7})), at=LATE, now=MORNING)
    assert editions.live(session, now=MORNING).version == 1
    assert editions.live(session, now=LATE).book.tiers[1].code == "gold"


def test_all_that_were_in_force_are_told_in_order(session):
    publish_book(session, definition(tier("gold", {"growth": 7})), at=LATE, now=MORNING)
    assert [one.version for one in editions.all_until(session, until=MORNING).editions] == [1]
    assert [one.version for one in editions.all_until(session, until=LATE).editions] == [1, 2]


def test_a_draft_is_an_edition_only_from_an_instant_that_is_named(session):
    before = rulebooks.live(session, "tiers", now=MORNING)
    draft = rulebooks.draft(
        session, "tiers", before.definition, based_on=before.version, by="anna", note="试算", now=MORNING
    )
    with pytest.raises(ValueError, match="draft"):
        editions.edition_of(draft)
    assert editions.edition_of(draft, live_from=LATE).live_from == LATE
