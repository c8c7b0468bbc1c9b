from datetime import date, timedelta

from backend import checkin
from backend.checkin.models import CheckIn
from backend.members import MembersMerged
from tests.backend.checkin.books import let_rules, step
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def calendar(session, *visits):
    member_id = make_member(session).id
    session.add_all(
        CheckIn(member_id=member_id, day=date(2026, 3, day), streak=streak, points=points)
        for day, streak, points in visits
    )
    session.flush()
    return member_id


def merged(session, gone_id, into_id):
    checkin.absorb_visits(session, MembersMerged(gone_id, into_id, MORNING))
    session.flush()
    assert checkin.month(session, gone_id, date(2026, 3, 1)) == []
    visits = checkin.month(session, into_id, date(2026, 3, 1))
    return [(visit.day.day, visit.streak, visit.points) for visit in visits]


def test_two_calendars_become_one_and_streaks_run_through_both(session):
    gone, into = calendar(session, (1, 1, 5), (3, 1, 5), (7, 1, 5)), calendar(session, (2, 1, 5), (4, 1, 5))
    assert merged(session, gone, into) == [(1, 1, 5), (2, 2, 5), (3, 3, 5), (4, 4, 5), (7, 1, 5)]
    assert checkin.standing(session, into, date(2026, 3, 8)).streak == 1


def test_on_a_day_of_both_the_survivors_visit_stands(session):
    gone, into = calendar(session, (1, 1, 5), (2, 2, 6), (3, 3, 7)), calendar(session, (3, 1, 5))
    assert merged(session, gone, into) == [(1, 1, 5), (2, 2, 6), (3, 3, 5)]
    assert checkin.standing(session, into, date(2026, 3, 3)).checked_in_today


def test_who_never_came_brings_nothing(session):
    assert merged(session, calendar(session), calendar(session, (1, 1, 5))) == [(1, 1, 5)]
    assert merged(session, calendar(session), calendar(session)) == []


def test_the_next_visit_goes_on_from_the_common_streak(session):
    gone, into = calendar(session, (1, 1, 5)), calendar(session)
    merged(session, gone, into)
    assert checkin.check_in(session, into, now=MORNING + timedelta(days=1)).streak == 2


def test_what_either_was_given_in_a_cycle_is_not_given_in_it_again(session):
    let_rules(session, month=[step(2, 50)], streak=[step(2, 1)])
    gone, into = (make_member(session).id for _ in range(2))
    for day in range(2):
        for member_id in (gone, into):
            checkin.check_in(session, member_id, now=MORNING + timedelta(days=day))
    merged(session, gone, into)
    rewards = checkin.calendar(session, into, date(2026, 3, 1), now=MORNING).rewards
    assert [(one.kind, one.given_to) for one in rewards if one.kind == "month"] == [("month", gone), ("month", into)]
    assert checkin.check_in(session, into, now=MORNING + timedelta(days=2)).rewards == ()
