from datetime import date
from random import Random

from backend import members
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


def test_older_birthdays_are_indexed_once(session):
    member = born(session, date(1990, 5, 4))
    index, member.birthday_index = member.birthday_index, None
    session.flush()
    assert [members.index_birthdays(session, limit=9) for _ in range(1)] == [1]
    session.flush()
    assert (members.index_birthdays(session, limit=9), member.birthday_index) == (0, index)
