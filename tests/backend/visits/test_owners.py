from datetime import date, timedelta

import pytest

from backend import visits
from backend.members import MembershipClosed, MembersMerged
from backend.visits.models import MemberVisit
from tests.factories.members import make_member
from tests.support.clocks import MORNING

DAY = timedelta(days=1)
FIRST = date(2026, 3, 1)


def visit(session, *, last, asked=0, asked_on=None):
    row = session.get(MemberVisit, make_member(session).id)
    row.last_on, row.asked = FIRST + last * DAY, asked
    row.asked_on = None if asked_on is None else FIRST + asked_on * DAY
    row.quiet_since = row.asked_on if asked else row.last_on
    session.flush()
    return row.member_id


@pytest.mark.parametrize(
    ("gone", "into", "joined"),
    [
        ({"last": 9}, {"last": 5}, (9, 0, None, 9)),
        ({"last": 3, "asked": 2, "asked_on": 99}, {"last": 5}, (5, 2, 99, 99)),
        ({"last": 3, "asked": 2, "asked_on": 99}, {"last": 120}, (120, 0, 99, 120)),
        ({"last": 9, "asked": 1, "asked_on": 99}, {"last": 5, "asked": 2, "asked_on": 98}, (9, 2, 99, 99)),
    ],
)
def test_who_was_two_was_here_and_asked_as_either(session, gone, into, joined):
    gone_id, into_id = visit(session, **gone), visit(session, **into)
    visits.join_visits(session, MembersMerged(gone_id, into_id, MORNING))
    session.flush()
    row = session.get(MemberVisit, into_id)
    days = [None if day is None else (day - FIRST).days for day in (row.last_on, row.asked_on, row.quiet_since)]
    assert (days[0], row.asked, days[1], days[2]) == joined
    assert session.get(MemberVisit, gone_id) is None


def test_who_leaves_leaves_no_trace(session):
    member_id = visit(session, last=1)
    visits.forget_visits(session, MembershipClosed(member_id, MORNING))
    assert session.get(MemberVisit, member_id, populate_existing=True) is None
