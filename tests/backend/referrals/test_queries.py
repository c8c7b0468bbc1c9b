from datetime import timedelta

import pytest

from backend import referrals
from backend.referrals import queries
from backend.referrals.models import Period
from tests.factories.members import make_member
from tests.factories.referrals import DUE, make_bought, make_friend, make_inviter, settle, suspect_everybody
from tests.support.clocks import MORNING
from tests.support.statements import statements_of


@pytest.fixture
def inviter(session):
    return make_inviter(session)


def ranked(session, *rows):
    made = []
    for friends, minutes in rows:
        member = make_member(session, nickname="张三")
        session.flush()
        at = MORNING + timedelta(minutes=minutes)
        session.add(Period(period="2026-03", member_id=member.id, friends=friends, reached_at=at))
        made.append(member.id)
    session.flush()
    return made


def test_friends_are_told_by_masked_name_the_newest_first_and_how_far_each_has_come(session, inviter):
    rewarded = make_bought(session, inviter)
    settle(session, rewarded)
    waiting = make_bought(session, inviter, now=DUE)
    joined = make_friend(session, inviter, now=DUE)
    found = referrals.friends(session, inviter.id, now=DUE, limit=9)
    assert [(one.name, one.state, one.points) for one in found] == [
        ("小*", "joined", 0),
        ("小*", "waiting", 0),
        ("小*", "rewarded", 200),
    ]
    assert found[1].due_at == waiting.due_at
    page = referrals.friends(session, inviter.id, now=DUE, before_id=found[0].id, limit=1)
    assert [one.id for one in page] == [waiting.id]
    late = session.get(referrals.Invitation, joined.id).buy_until
    assert referrals.friends(session, inviter.id, now=late, limit=1)[0].state == "lapsed"


def test_a_page_costs_three_statements_however_long_it_is(session, inviter):
    for _ in range(3):
        make_friend(session, inviter)
    session.flush()
    session.expunge_all()
    with statements_of(session) as said:
        assert len(referrals.friends(session, inviter.id, now=MORNING, limit=9)) == 3
    assert len(said) == 3


def test_of_equals_who_was_earlier_stands_above(session):
    slow, top, quick = ranked(session, (2, 9), (5, 30), (2, 1))
    found = referrals.ranking(session, "2026-03", limit=9)
    assert [(one.place, one.member_id, one.name, one.friends) for one in found] == [
        (1, top, "张*", 5),
        (2, quick, "张*", 2),
        (3, slow, "张*", 2),
    ]
    places = [referrals.place_of(session, one, "2026-03") for one in (slow, top, quick)]
    assert [(one.place, one.friends) for one in places] == [(3, 2), (1, 5), (2, 2)]
    assert referrals.place_of(session, top, "2026-04") == referrals.Place(None, 0)
    assert referrals.ranking(session, "2026-03", limit=1)[0].member_id == top


def test_who_is_far_behind_is_told_so(session, monkeypatch):
    *_, last = ranked(session, (3, 1), (2, 1), (1, 1))
    monkeypatch.setattr(queries, "MOST_AHEAD", 2)
    assert referrals.place_of(session, last, "2026-03") == referrals.Place(None, 1)


def test_nobody_without_friends_is_ranked(session):
    (none,) = ranked(session, (0, 1))
    assert referrals.ranking(session, "2026-03", limit=9) == []
    assert referrals.place_of(session, none, "2026-03") == referrals.Place(None, 0)


def test_stages_tell_which_were_given(session, inviter):
    settle(session, make_bought(session, inviter))
    shown = referrals.stages(session, inviter.id, now=DUE)
    assert [(one.friends, one.points, one.reached) for one in shown] == [
        (1, 50, True),
        (3, 200, False),
        (5, 400, False),
        (10, 1000, False),
    ]


def test_what_is_due_is_found_longest_first_and_behind_a_place(session, inviter):
    rows = [make_bought(session, inviter, now=MORNING + timedelta(days=day)) for day in (1, 0, 0)]
    wanted = sorted((row.due_at, row.newcomer_id) for row in rows)
    found = referrals.due(session, now=DUE, limit=9)
    assert list(found) == wanted
    assert list(referrals.due(session, now=DUE, after=wanted[0], limit=1)) == [wanted[1]]
    assert referrals.due(session, now=MORNING, limit=9) == []


def test_what_people_are_to_look_at_is_found_oldest_first(session, inviter):
    suspect_everybody(session)
    rows = [make_bought(session, inviter) for _ in range(2)]
    for row in rows:
        settle(session, row)
    assert [row.id for row in referrals.in_review(session, limit=9)] == [row.id for row in rows]
    assert [row.id for row in referrals.in_review(session, after_id=rows[0].id, limit=9)] == [rows[1].id]
    assert referrals.find(session, rows[0].id) is rows[0]
    assert referrals.invitation_of(session, rows[0].newcomer_id) is rows[0]
    assert referrals.rules_in_force(session, now=DUE).running
