from datetime import timedelta

import pytest

from backend import adjustments, members
from backend.adjustments import endings
from tests.factories.adjustments import make_adjustment, make_grant
from tests.factories.members import make_member
from tests.support.clocks import MORNING

WEEK = MORNING + timedelta(days=7)


@pytest.fixture
def waiting(session, member_id):
    return make_adjustment(session, member_id, 501)


def stands(session, adjustment):
    session.flush()
    session.refresh(adjustment)
    return adjustment.status, adjustment.decided_by, adjustment.decided_at


def test_what_has_waited_too_long_lapses_at_its_last_instant(session, waiting):
    assert endings.lapse_due(session, now=WEEK - timedelta(microseconds=1), limit=9) == 0
    assert endings.lapse_due(session, now=WEEK + timedelta(hours=3), limit=9) == 1
    assert stands(session, waiting) == ("lapsed", None, WEEK)
    assert endings.lapse_due(session, now=WEEK + timedelta(hours=3), limit=9) == 0


def test_requests_lapse_in_slices_and_what_is_decided_does_not(session, member_id, waiting):
    decided = make_adjustment(session, member_id, 5)
    for _ in range(2):
        make_adjustment(session, member_id, 501)
    assert [endings.lapse_due(session, now=WEEK, limit=2) for _ in range(3)] == [2, 1, 0]
    assert stands(session, decided)[0] == "applied"


def test_what_waits_for_who_has_left_waits_no_more(session, member_id, waiting):
    applied = make_adjustment(session, member_id, 5)
    other = make_adjustment(session, make_member(session).id, 501)
    endings.drop_requests(session, members.MembershipClosed(member_id, MORNING + timedelta(days=1)))
    assert stands(session, waiting) == ("lapsed", None, MORNING + timedelta(days=1))
    assert stands(session, applied)[0] == "applied"
    assert stands(session, other)[0] == "waiting"


def test_what_was_asked_for_a_merged_member_passes_to_who_stays(session, member_id, waiting):
    into = make_member(session)
    endings.move_to_survivor(session, members.MembersMerged(member_id, into.id, MORNING))
    session.refresh(waiting)
    adjustments.approve(session, waiting.id, by="anna", now=MORNING)
    assert waiting.member_id == into.id


def test_who_stands_twice_in_a_grant_after_a_merge_keeps_one_row(session, member_id):
    gone, into = members.get(session, member_id), make_member(session)
    both = make_grant(session, {gone.card_no: 5, into.card_no: 7})
    one = make_grant(session, {gone.card_no: 9})
    endings.move_to_survivor(session, members.MembersMerged(gone.id, into.id, MORNING))
    session.expire_all()
    rows = {
        grant.id: {row.member_id: row.points for row in adjustments.grant_rows(session, grant.id, limit=9)}
        for grant in (both, one)
    }
    assert rows == {both.id: {gone.id: 5, into.id: 7}, one.id: {into.id: 9}}
