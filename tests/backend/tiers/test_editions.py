from datetime import timedelta

import pytest

from backend import rulebooks
from backend.tiers import editions
from tests.factories.tiers import definition, publish_book, tier
from tests.support.clocks import LATE, MORNING

BOOK = definition(tier("silver", {"growth": 5}))


def test_the_edition_in_force_is_read_with_one_statement(session, count_statements):
    publish_book(session, BOOK, at=LATE, now=MORNING)
    session.flush()
    with count_statements(session) as said:
        assert [editions.live(session, now=at).version for at in (MORNING, LATE)] == [1, 2]
    assert len(said) == 2


def test_all_editions_are_read_in_order(session):
    publish_book(session, BOOK, at=LATE, now=MORNING)
    later = LATE + timedelta(days=1)
    assert [edition.version for edition in editions.all_until(session, until=later).editions] == [1, 2]
    assert [edition.version for edition in editions.all_until(session, until=MORNING).editions] == [1]


def test_a_draft_is_an_edition_only_with_an_instant(session):
    drafted = rulebooks.draft(session, "tiers", BOOK, based_on=1, by="demo", note="test", now=MORNING)
    assert editions.edition_of(drafted, live_from=LATE).live_from == LATE
    with pytest.raises(ValueError, match="draft"):
        editions.edition_of(drafted)
