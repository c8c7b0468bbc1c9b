from datetime import date
from random import Random

from sqlalchemy import event

from backend import members
from backend.kit.lunar import LunarDay, lunar_day
from backend.members import ACTIVE, ProfileChanges
from backend.members.birthdays import birthday_index
from tests.factories.members import make_application, make_identity, make_member
from tests.support.clocks import MORNING


def born(session, day):
    application = make_application(birthday=day)
    identity = make_identity(session)
    return members.join(session, identity.id, application=application, rng=Random(day.toordinal()), now=MORNING).member


def test_who_celebrates_on_a_day_leap_days_on_the_28th_in_common_years(session):
    leap, last, first = (born(session, day) for day in (date(2000, 2, 29), date(1990, 2, 28), date(1990, 3, 1)))

    def celebrating(day, **page):
        return list(members.born_on(session, day, **{"limit": 9} | page))

    assert celebrating(date(2026, 2, 28)) == sorted([leap.id, last.id])
    assert (celebrating(date(2028, 2, 28)), celebrating(date(2028, 2, 29))) == ([last.id], [leap.id])
    assert celebrating(date(2026, 3, 1)) == [first.id]
    assert celebrating(date(2026, 2, 28), after_id=min(leap.id, last.id), limit=1) == [max(leap.id, last.id)]
    assert celebrating(date(2026, 3, 2)) == []


def test_the_index_follows_the_birthday(session):
    member, day = make_member(session), date(1990, 5, 4)
    assert member.birthday_index is None
    members.update_profile(session, member.id, changes=ProfileChanges(birthday=day), now=MORNING)
    assert member.birthday_index == birthday_index(session, day)
    members.correct_birthday(session, member.id, date(1990, 5, 5), now=MORNING)
    assert member.birthday_index == birthday_index(session, date(1991, 5, 5))
    into = make_member(session)
    members.absorb(session, member, into)
    assert (member.birthday_index, into.birthday_index) == (None, birthday_index(session, date(1990, 5, 5)))
    members.erase(session, into)
    assert (into.status == ACTIVE, into.birthday_index) == (False, None)


def test_a_lunar_birthday_is_celebrated_on_its_day_of_the_lunar_year(session):
    member = born(session, date(1990, 10, 3))  # the 15th of the eighth month
    members.update_profile(session, member.id, changes=ProfileChanges(birthday_calendar="lunar"), now=MORNING)

    def celebrates(day):
        return members.born_on(session, day, limit=9) == [member.id]

    assert [celebrates(day) for day in (date(2026, 9, 25), date(2027, 9, 15), date(2026, 10, 3))] == [True, True, False]
    members.update_profile(session, member.id, changes=ProfileChanges(birthday_calendar="solar"), now=MORNING)
    assert [celebrates(day) for day in (date(2026, 9, 25), date(2026, 10, 3))] == [False, True]


def test_of_a_leap_month_and_of_the_thirtieth(session):
    """Born in a second fourth month, and on the 30th of a month that mostly has 29 days."""
    in_leap, last = born(session, date(2020, 6, 1)), born(session, date(1988, 4, 15))
    for member in (in_leap, last):
        members.update_profile(session, member.id, changes=ProfileChanges(birthday_calendar="lunar"), now=MORNING)
    assert lunar_day(date(2020, 6, 1)) == LunarDay(2020, 4, 10, leap=True)
    assert lunar_day(date(1988, 4, 15)) == LunarDay(1988, 2, 29)
    assert members.born_on(session, date(2026, 5, 26), limit=9) == [in_leap.id]
    assert members.born_on(session, date(2020, 5, 2), limit=9) == [in_leap.id], "in the first of the two fourth months"
    assert members.born_on(session, date(2020, 6, 1), limit=9) == []
    assert members.born_on(session, date(2026, 4, 16), limit=9) == [last.id]


def test_a_calendar_that_is_chosen_before_the_birthday_is_told_counts_too(session):
    member = make_member(session)
    lunar = ProfileChanges(birthday_calendar="lunar")
    members.update_profile(session, member.id, changes=lunar, now=MORNING)
    assert member.birthday_index is None
    members.update_profile(session, member.id, changes=ProfileChanges(birthday=date(1990, 10, 3)), now=MORNING)
    assert member.birthday_index == birthday_index(session, date(1971, 10, 3), "lunar")
    members.correct_birthday(session, member.id, date(1990, 10, 4), now=MORNING)
    assert members.born_on(session, date(2026, 9, 26), limit=9) == [member.id]


def test_a_merge_keeps_birthday_and_calendar_together_and_who_leaves_has_neither(session):
    gone, into = born(session, date(1990, 10, 3)), make_member(session)
    members.update_profile(session, gone.id, changes=ProfileChanges(birthday_calendar="lunar"), now=MORNING)
    members.absorb(session, gone, into)
    assert (gone.birthday_calendar, into.birthday_calendar) == ("solar", "lunar")
    assert members.born_on(session, date(2026, 9, 25), limit=9) == [into.id]
    told = born(session, date(1991, 1, 1))
    members.absorb(session, into, told)
    assert told.birthday_calendar == "solar", "who told a birthday celebrates that one"
    members.update_profile(session, told.id, changes=ProfileChanges(birthday_calendar="lunar"), now=MORNING)
    members.erase(session, told)
    assert (told.birthday_calendar, told.birthday_index) == ("solar", None)


def test_a_night_over_many_members_finds_those_who_celebrate_by_index(session):
    """However many members there are, both engines go through the index over month and day."""
    born(session, date(1990, 3, 1))
    session.flush()
    statements = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        statements.append((statement, parameters))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        assert len(members.born_on(session, date(2026, 3, 1), limit=500)) == 1
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)
    ((asked, parameters),) = statements
    sqlite = session.get_bind().dialect.name == "sqlite"
    plan = session.connection().exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{asked}", parameters).all()
    assert "ix_members_birthday_index_id" in str(plan)


def test_older_birthdays_are_indexed_once(session):
    member = born(session, date(1990, 5, 4))
    index, member.birthday_index = member.birthday_index, None
    session.flush()
    assert members.without_birthday_index(session, limit=9) == [member.id]
    assert members.without_birthday_index(session, after_id=member.id, limit=9) == []
    members.index_birthdays(session, [member.id])
    session.flush()
    assert (members.without_birthday_index(session, limit=9), member.birthday_index) == ([], index)
