import pickle
from datetime import timedelta

import pytest

from backend import rulebooks, tiers
from backend.kit.db import hold_still, run
from backend.tiers import whatif
from backend.tiers.models import TierStanding
from tests.backend.tiers.membership import (
    LIVE,
    buy,
    contents,
    draft,
    gather,
    give_back,
    join,
    matrix_of,
    publish,
    reckoned,
    second,
)
from tests.factories.tiers import definition, publish_book, tier

EVER = LIVE - timedelta(days=1_000)
REPLACED = {"silver": "basic", "gold": "basic", "diamond": "basic"}
MEMBERS = 60
CHANGES = ["protect", "recompute"]


@pytest.fixture
def members(sessions):
    return gather(sessions, MEMBERS)


def preview(sessions, version, *, at=LIVE):
    with sessions.read() as session:
        hold_still(session)
        return tiers.preview(session, version, at=at)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_told_is_what_every_journal_gives(sessions, members, change):
    version = draft(sessions, second(change))
    seen = preview(sessions, version)
    with sessions.read() as session:
        matrix, gifts = reckoned(session, version)
    assert matrix_of(seen) == matrix
    assert (seen.gifts, seen.gift_points) == (len(gifts), sum(gifts))
    assert (seen.version, seen.at, seen.members) == (version, LIVE, MEMBERS)
    assert seen.rising
    assert seen.gift_points


def test_the_two_ways_to_change_differ(sessions, members):
    protect, recompute = (preview(sessions, draft(sessions, second(change))) for change in CHANGES)
    assert matrix_of(protect) != matrix_of(recompute)
    assert protect.falling < recompute.falling


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_written(sessions, members, change, count_statements):
    version = draft(sessions, second(change))
    there = contents(sessions)
    with sessions.read() as session, count_statements(session) as said:
        tiers.preview(session, version, at=LIVE)
        assert not session.new
        assert not session.dirty
    assert all(statement.startswith("SELECT") for statement in said)
    assert contents(sessions) == there


def test_statements_do_not_grow_with_the_members_of_a_slice(sessions, members, monkeypatch, count_statements):
    version = draft(sessions, second("protect"))
    counts = []
    for size in (MEMBERS // 2, MEMBERS // 3):
        monkeypatch.setattr(whatif, "SLICE", size)
        with sessions.read() as session, count_statements(session) as said:
            tiers.preview(session, version, at=LIVE)
        counts.append(len(said))
    fixed = counts[1] - counts[0]  # what one slice more costs
    assert fixed <= 4
    assert counts[0] <= 5 + 2 * 4 + 1


def test_slices_add_up_and_progress_is_told(sessions, members, monkeypatch):
    version = draft(sessions, second("protect"))
    whole, told = preview(sessions, version), []
    monkeypatch.setattr(whatif, "SLICE", 25)
    with sessions.read() as session:
        sliced = tiers.preview(session, version, at=LIVE, progress=lambda done, of: told.append((done, of)))
    assert sliced == whole
    assert told == [(25, MEMBERS), (50, MEMBERS), (MEMBERS, MEMBERS)]


@pytest.mark.parametrize("change", CHANGES)
def test_a_published_version_is_told_the_same_also_after_members_went_over(sessions, members, change):
    version = draft(sessions, second(change))
    before = preview(sessions, version)
    publish(sessions, version)
    for place, member_id in enumerate(members[::3]):
        later = LIVE + timedelta(minutes=1 + place)
        run(sessions.write, lambda session, who=member_id, at=later: buy(session, who, 300_000, at, number=900))
    assert preview(sessions, version) == before


def test_who_joins_later_or_has_left_before_is_not_asked_about(sessions, members):
    version = draft(sessions, second("protect"))
    with sessions.write.begin() as session:
        session.get(TierStanding, members[0]).opened_at = LIVE
        session.get(TierStanding, members[1]).closed_at = LIVE
        session.get(TierStanding, members[2]).closed_at = LIVE + timedelta(microseconds=1)
    assert preview(sessions, version).members == MEMBERS - 2


def test_what_was_spent_in_the_year_before_is_what_costs(sessions):
    with sessions.write.begin() as session:
        publish_book(session, definition(), at=EVER, now=EVER)
        join(session, 1, at=LIVE - timedelta(days=400))
        for number, (days, fen) in enumerate([(366, 50_000), (365, 10_000), (364, 20_000), (0, 40_000)]):
            buy(session, 1, fen, LIVE - timedelta(days=days, minutes=1), number=number)
        give_back(session, 1, 1_000, LIVE - timedelta(seconds=1), of=2, number=9)
    dearer = definition() | {"tiers": [tier("basic", benefits={"price": 9_000, "multiplier": 20_000})]}
    seen = preview(sessions, draft(sessions, dearer | {"replaced": REPLACED}))
    assert seen.moves == (tiers.Move("basic", "basic", 1, 59_000),)
    assert (seen.discount_fen, seen.extra_points(10_000)) == (5_900, 590)


def test_only_its_own_instant_suits_a_published_version(sessions, members):
    version = draft(sessions, second("protect"))
    publish(sessions, version)
    with pytest.raises(tiers.LiveAlready):
        preview(sessions, version, at=LIVE + timedelta(days=1))


def test_an_unknown_version_is_refused(sessions, members):
    with pytest.raises(rulebooks.BookUnknown):
        preview(sessions, 99)


def test_a_book_that_says_the_same_moves_nobody(sessions, members):
    with sessions.read() as session:
        same = rulebooks.live(session, tiers.KIND, now=LIVE).definition
    seen = preview(sessions, draft(sessions, same))
    assert (seen.moved, seen.gifts, seen.discount_fen, seen.extra_points(10_000)) == (0, 0, 0, 0)


def test_without_members_there_is_nothing_to_tell(sessions):
    version = draft(sessions, definition(replaced=REPLACED))
    assert (preview(sessions, version).members, preview(sessions, version).moves) == (0, ())


@pytest.mark.parametrize("change", CHANGES)
def test_helpers_come_to_the_same_sums(sessions, members, monkeypatch, change):
    """As another process would: of what is reckoned nothing is known there but what was handed over."""
    version = draft(sessions, second(change))
    alone = preview(sessions, version)
    monkeypatch.setattr(whatif, "SLICE", 25)
    monkeypatch.setattr(whatif, "FEW", MEMBERS - 1)
    with sessions.read() as session, sessions.read() as theirs:

        def each(work, parts):
            handed = pickle.dumps(work)
            return [pickle.loads(handed)(theirs, part) for part in parts]  # noqa: S301  our own bytes

        assert tiers.preview(session, version, at=LIVE, each=each) == alone
