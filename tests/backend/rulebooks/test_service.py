from datetime import timedelta

import pytest

from backend import rulebooks
from backend.kit.db import run
from tests.support.clocks import MORNING
from tests.support.databases import mariadb_database, migrate
from tests.support.meetings import lockless, meeting_at_commit
from tests.support.races import race
from tests.support.runtimes import make_runtime

KIND = "tiers"
LATER = MORNING + timedelta(days=1)


def draft(session, definition=None, *, based_on=1, note="八月会员日"):
    return rulebooks.draft(
        session, KIND, definition or {"rules": []}, based_on=based_on, by="zhang", note=note, now=MORNING
    )


def publish(session, version, *, live_from=MORNING, now=MORNING):
    return rulebooks.publish(session, KIND, version, live_from=live_from, by="li", now=now)


def test_a_draft_is_the_next_version_and_changes_nothing(session):
    book = draft(session, {"rules": [1]})
    assert (book.version, book.status, book.based_on, book.by, book.live_from) == (2, "draft", 1, "zhang", None)
    assert rulebooks.live(session, KIND, now=LATER).version == 1
    assert draft(session).version == 3


def test_a_published_version_is_live_from_its_instant_on(session):
    version = draft(session).version
    book = publish(session, version, live_from=LATER)
    assert (book.status, book.live_from, book.decided_by, book.published_at) == ("published", LATER, "li", MORNING)
    assert rulebooks.live(session, KIND, now=LATER - timedelta(microseconds=1)).version == 1
    assert rulebooks.live(session, KIND, now=LATER).version == 2


def test_publishing_twice_is_refused(session):
    version = draft(session).version
    publish(session, version)
    with pytest.raises(rulebooks.NotADraft):
        publish(session, version, live_from=LATER)
    assert rulebooks.get(session, KIND, version).live_from == MORNING


def test_a_discarded_draft_stays_readable_and_cannot_be_published(session):
    version = draft(session).version
    book = rulebooks.discard(session, KIND, version, by="li", now=LATER)
    assert (book.status, book.decided_by, book.decided_at, book.published_at) == ("discarded", "li", LATER, None)
    with pytest.raises(rulebooks.NotADraft):
        publish(session, version)
    with pytest.raises(rulebooks.NotADraft):
        rulebooks.discard(session, KIND, version, by="li", now=LATER)
    assert draft(session).version == version + 1


def test_the_first_version_cannot_be_discarded(session):
    with pytest.raises(rulebooks.NotADraft):
        rulebooks.discard(session, KIND, 1, by="li", now=MORNING)


def test_no_version_goes_live_in_the_past(session):
    version = draft(session).version
    with pytest.raises(rulebooks.LiveInPast):
        publish(session, version, live_from=MORNING - timedelta(microseconds=1))
    assert publish(session, version, live_from=MORNING).version == version


def test_a_draft_must_start_from_the_newest_published_version(session):
    publish(session, draft(session).version)
    with pytest.raises(rulebooks.BookOutdated) as refused:
        draft(session, based_on=1)
    assert "第 2 版" in refused.value.detail
    assert draft(session, based_on=2).based_on == 2


def test_of_two_drafts_with_one_start_only_one_is_published(session):
    first, second = draft(session).version, draft(session).version
    publish(session, second)
    with pytest.raises(rulebooks.BookOutdated):
        publish(session, first)


@pytest.mark.parametrize("version", [0, 2, 99])
def test_unknown_versions(session, version):
    with pytest.raises(rulebooks.BookUnknown):
        publish(session, version)
    with pytest.raises(rulebooks.BookUnknown):
        rulebooks.discard(session, KIND, version, by="li", now=MORNING)


def test_unknown_kinds(session):
    with pytest.raises(rulebooks.BookUnknown):
        rulebooks.draft(session, "nothing", {}, based_on=1, by="zhang", note="试", now=MORNING)


@pytest.mark.parametrize("note", ["", "  ", "字" * 201])
def test_a_change_says_why(session, note):
    with pytest.raises(rulebooks.NoteRefused):
        draft(session, note=note)


def test_a_definition_of_a_mebibyte_is_kept_and_a_larger_one_refused(sessions):
    frame = len('{"words": ""}')
    largest = {"words": "规" * ((2**20 - frame) // 3)}
    with sessions.write.begin() as session:
        version = draft(session, largest).version
    with sessions.read() as session:
        assert rulebooks.get(session, KIND, version).definition == largest
    with sessions.write() as session, pytest.raises(rulebooks.DefinitionRefused):
        draft(session, {"words": largest["words"] + "规"})


def test_only_an_object_is_a_definition(session):
    with pytest.raises(rulebooks.DefinitionRefused):
        rulebooks.draft(session, KIND, ["no object"], based_on=1, by="zhang", note="试", now=MORNING)


def drafts_at_once(sessions, count):
    return race(count, lambda _: run(sessions.write, draft).version)


def publishings_at_once(sessions, versions):
    def one(number):
        try:
            return run(sessions.write, lambda session: publish(session, versions[number])).version
        except (rulebooks.NotADraft, rulebooks.BookOutdated):
            return "refused"

    return race(len(versions), one)


def test_drafts_made_at_once_get_different_versions(sessions):
    assert sorted(drafts_at_once(sessions, 8)) == list(range(2, 10))


def test_one_draft_published_at_once_by_several_is_published_once(sessions):
    version = run(sessions.write, draft).version
    assert sorted(publishings_at_once(sessions, [version] * 6), key=str) == [version] + ["refused"] * 5


def test_two_drafts_of_one_start_published_at_once_do_not_undo_each_other(sessions):
    versions = [run(sessions.write, draft).version for _ in range(2)]
    assert publishings_at_once(sessions, versions).count("refused") == 1


def test_without_the_lock_both_are_published(mariadb_engine, clock):
    """The negative control of the two above."""
    with mariadb_database() as engine:
        migrate(engine)
        sessions = make_runtime(engine, clock).sessions
        versions = [run(sessions.write, draft).version for _ in range(2)]
        with lockless(engine), meeting_at_commit(engine, patience=20):
            assert publishings_at_once(sessions, versions) == versions
