from datetime import UTC, datetime, timedelta

import pytest

from backend import rulebooks
from tests.support.clocks import MORNING

KIND = "tiers"
DAY = timedelta(days=1)


def publish(session, live_from, *, now=MORNING):
    newest = rulebooks.newest_published(session, KIND)
    book = rulebooks.draft(session, KIND, {"of": newest}, based_on=newest, by="zhang", note="改", now=now)
    return rulebooks.publish(session, KIND, book.version, live_from=live_from, by="zhang", now=now).version


def test_every_store_begins_with_a_first_version(session):
    book = rulebooks.live(session, KIND, now=MORNING)
    assert (book.version, book.status, book.based_on) == (1, "published", None)
    assert book.live_from == datetime(1970, 1, 1, tzinfo=UTC)
    assert [tier["code"] for tier in book.definition["tiers"]] == ["basic", "silver", "gold", "diamond"]


def test_of_versions_of_one_instant_the_later_one_is_live(session):
    assert [publish(session, MORNING), publish(session, MORNING)] == [2, 3]
    assert rulebooks.live(session, KIND, now=MORNING).version == 3


def test_the_one_that_went_live_last_is_live(session):
    publish(session, MORNING + 2 * DAY)
    publish(session, MORNING + DAY)
    found = [rulebooks.live(session, KIND, now=MORNING + days * DAY).version for days in range(3)]
    assert found == [1, 3, 2]


def test_timeline_is_in_the_order_of_going_live(session):
    publish(session, MORNING + 2 * DAY)
    publish(session, MORNING + DAY)
    rulebooks.draft(session, KIND, {}, based_on=3, by="zhang", note="草稿", now=MORNING)
    assert [book.version for book in rulebooks.timeline(session, KIND, until=MORNING + 2 * DAY)] == [1, 3, 2]
    assert [book.version for book in rulebooks.timeline(session, KIND, until=MORNING + DAY)] == [1, 3]


def test_history_is_paged_newest_first(session):
    publish(session, MORNING)
    publish(session, MORNING)
    assert [book.version for book in rulebooks.history(session, KIND, limit=2)] == [3, 2]
    assert [book.version for book in rulebooks.history(session, KIND, before_version=2, limit=2)] == [1]


def test_kinds_are_apart(session):
    publish(session, MORNING)
    assert rulebooks.history(session, "nothing", limit=5) == []
    for ask in (lambda: rulebooks.live(session, "nothing", now=MORNING), lambda: rulebooks.get(session, KIND, 9)):
        with pytest.raises(rulebooks.BookUnknown):
            ask()


def test_the_rules_in_force_cost_one_statement(session, count_statements):
    with count_statements(session) as said:
        rulebooks.live(session, KIND, now=MORNING)
    assert len(said) == 1


def test_a_book_of_a_kind_that_there_is_not_has_no_newest(session):
    with pytest.raises(rulebooks.BookUnknown):
        rulebooks.newest_published(session, "nothing")
