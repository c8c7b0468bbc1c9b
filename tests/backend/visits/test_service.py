from datetime import date, timedelta

import pytest

from backend import checkin, visits
from backend.members import MemberJoined
from backend.visits.models import MemberVisit
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING

DAY = timedelta(days=1)
FIRST = date(2026, 3, 1)


@pytest.fixture
def member(session):
    return make_member(session)


def visit(session, member):
    session.flush()
    row = session.get(MemberVisit, member.id, populate_existing=True)
    return row.last_on, row.asked, row.asked_on, row.quiet_since


def test_who_joins_checks_in_or_buys_is_here(session, member):
    assert visit(session, member) == (FIRST, 0, None, FIRST)
    checkin.check_in(session, member.id, now=MORNING + DAY)
    assert visit(session, member)[0] == FIRST + DAY
    make_purchase(session, 100, store_id=make_store(session).id, member_id=member.id, now=MORNING + 2 * DAY)
    assert visit(session, member)[0] == FIRST + 2 * DAY


def test_a_purchase_without_a_member_is_nobody_s_visit(session, member):
    make_purchase(session, 100, store_id=make_store(session).id, member_id=None, now=MORNING + 2 * DAY)
    assert visit(session, member)[0] == FIRST


def test_being_asked_is_counted_once_a_day_and_being_here_begins_anew(session, member):
    def ask(asked, today):
        return visits.note_asked(session, [member.id], asked=asked, today=today)

    later = FIRST + 90 * DAY
    assert [ask(0, later), ask(0, later), ask(1, later), ask(1, later + DAY)] == [1, 0, 0, 1]
    assert visit(session, member) == (FIRST, 2, later + DAY, later + DAY)
    checkin.check_in(session, member.id, now=MORNING + 95 * DAY)
    assert visit(session, member) == (FIRST + 95 * DAY, 0, later + DAY, FIRST + 95 * DAY)


def test_joining_is_noted_once(session):
    member = make_member(session)
    with pytest.raises(Exception, match=r"UNIQUE|1062|conflicts"):
        _join_again(session, member)


def _join_again(session, member):
    visits.note_joining(session, MemberJoined(member.id, "mini-program", None, MORNING))
    session.flush()
