from datetime import time

from backend.preferences import QuietHours, changes, choose, keep_quiet, quiet_hours, refusals
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def test_many_members_are_asked_for_in_one_statement_each(session, count_statements):
    one, other = (make_member(session).id for _ in range(2))
    choose(session, one, {("tiers", "sms"): False}, source="mini-program", now=MORNING)
    keep_quiet(session, other, None, source="mini-program", now=MORNING)
    session.flush()
    with count_statements(session) as said:
        refused, quiet = refusals(session, [one, other]), quiet_hours(session, [one, other])
    assert len(said) == 2
    assert refused[one] - refused[other] == {("tiers", "sms")}
    assert quiet == {one: QuietHours(time(22), time(8)), other: None}


def test_changes_are_paged_newest_first(session):
    member_id = make_member(session).id
    for topic in ("points", "tiers", "coupons"):
        choose(session, member_id, {(topic, "sms"): False}, source="mini-program", now=MORNING)
        session.flush()
    first = changes(session, member_id, limit=2)
    rest = changes(session, member_id, before_id=first[-1].id, limit=2)
    assert [one.what for one in (*first, *rest)] == ["coupons/sms", "tiers/sms", "points/sms"]
    assert rest[0].at == MORNING
