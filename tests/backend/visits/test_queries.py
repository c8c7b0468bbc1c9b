from datetime import date, timedelta

from sqlalchemy import event

from backend import members, visits
from tests.factories.members import make_member
from tests.support.clocks import MORNING

DAY = timedelta(days=1)
FIRST = date(2026, 3, 1)


def away(session, *, asked=0, days=90, rarely=60, after=None, limit=9):
    today = FIRST + days * DAY
    since = today - 90 * DAY if asked == 0 else today - rarely * DAY
    return visits.stayed_away(
        session, asked=asked, since=since, not_asked_since=today - rarely * DAY, after=after, limit=limit
    )


def test_who_was_not_here_for_long_longest_first_and_from_behind_one_on(session):
    later = make_member(session, now=MORNING + DAY)
    first, second = sorted(make_member(session).id for _ in range(2))
    blocked = make_member(session)
    members.block(session, blocked.id)
    session.flush()
    assert away(session, days=89) == []
    assert away(session) == [(FIRST, first), (FIRST, second)]
    assert away(session, days=91) == [(FIRST, first), (FIRST, second), (FIRST + DAY, later.id)]
    assert away(session, days=91, after=(FIRST, first), limit=1) == [(FIRST, second)]
    assert away(session, days=91, after=(FIRST, second)) == [(FIRST + DAY, later.id)]


def test_who_was_asked_is_found_again_among_those_asked_as_often(session):
    member = make_member(session)
    session.flush()
    visits.note_asked(session, [member.id], asked=0, today=FIRST + 90 * DAY)
    assert (away(session, days=149, asked=1), len(away(session, days=150, asked=1))) == ([], 1)
    assert away(session, days=400) == []


def test_nobody_is_asked_twice_within_the_time_though_they_were_here_between(session):
    member = make_member(session)
    session.flush()
    visits.note_asked(session, [member.id], asked=0, today=FIRST + 90 * DAY)
    here = date(2026, 6, 1)  # two days later
    visits.service._here(session, member.id, here)
    assert away(session, days=(here - FIRST).days + 90, rarely=100) == []
    assert len(away(session, days=(here - FIRST).days + 98, rarely=100)) == 1


def test_they_are_found_by_index(session):
    make_member(session)
    session.flush()
    statements = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        statements.append((statement, parameters))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        assert len(away(session)) == 1
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)
    ((asked, parameters),) = statements
    sqlite = session.get_bind().dialect.name == "sqlite"
    plan = session.connection().exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{asked}", parameters).all()
    assert "ix_member_visits_asked_quiet_since_member_id" in str(plan)
