from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend import lifecycle, risk
from backend.kit.calendar import shop_day
from backend.risk.models import Count, Signal
from backend.risk.service import digest
from tests.factories.members import make_member
from tests.support.clocks import MORNING

TRACE = risk.Trace(device="phone-of-li-lei", address="203.0.113.7", phone="13812345678")
NEXT_DAY = MORNING + timedelta(days=1)


@pytest.fixture
def member(session):
    made = make_member(session)
    session.flush()
    return made


def signals(session, member_id):
    rows = session.scalars(select(Signal).where(Signal.member_id == member_id).order_by(Signal.kind)).all()
    return [(row.kind, row.joined_with, row.last_at) for row in rows]


def seen(session, kind):
    return session.scalar(select(func.sum(Count.seen)).where(Count.kind == kind))


def test_what_a_newcomer_was_seen_with_is_kept_and_counted(session, member):
    risk.note_joining(session, member.id, TRACE, now=MORNING)
    session.flush()
    assert signals(session, member.id) == [(kind, True, MORNING) for kind in ("device", "ip", "net", "phone")]
    assert [seen(session, kind) for kind in ("device", "ip", "net", "phone")] == [1, 1, 1, 1]


def test_nothing_of_it_can_be_read(session, member):
    risk.note_joining(session, member.id, TRACE, now=MORNING)
    session.flush()
    kept = b"".join(session.scalars(select(Signal.value)))
    assert not any(part.encode() in kept for part in ("li-lei", "203.0.113", "1381234"))
    assert "13812345678" not in repr(TRACE)


def test_a_login_counts_nothing_and_writes_once_a_day(session, member):
    for at in (MORNING, MORNING + timedelta(hours=5)):
        risk.note_login(session, member.id, TRACE, now=at)
        session.flush()
    assert {at for _, _, at in signals(session, member.id)} == {MORNING}
    risk.note_login(session, member.id, TRACE, now=NEXT_DAY)
    session.flush()
    assert {at for _, _, at in signals(session, member.id)} == {NEXT_DAY}
    assert seen(session, "device") is None


def test_a_purchase_is_counted_by_bill_and_by_store_of_the_inviter(session):
    for inviter_id in (1, 2):
        risk.count_bill(session, risk.Bill(inviter_id, 7, "A-1", 10_000), now=MORNING)
    assert (seen(session, "same-bill"), seen(session, "same-store")) == (2, 2)
    assert session.scalar(select(func.max(Count.seen)).where(Count.kind == "same-store")) == 1


def test_what_is_old_is_forgotten_slice_by_slice(session, member):
    risk.note_joining(session, member.id, TRACE, now=MORNING)
    session.flush()
    assert risk.forget_signals(session, before=MORNING, limit=9) == 0
    assert [risk.forget_signals(session, before=NEXT_DAY, limit=3) for _ in range(2)] == [3, 1]
    assert risk.forget_counts(session, before=shop_day(MORNING), limit=9) == 0
    assert risk.forget_counts(session, before=shop_day(NEXT_DAY), limit=9) == 4


def test_what_two_were_seen_with_the_one_was(session, member):
    other = make_member(session)
    session.flush()
    risk.note_login(session, member.id, TRACE, now=MORNING)
    risk.note_joining(session, other.id, risk.Trace(device=TRACE.device, address="198.51.100.1"), now=NEXT_DAY)
    session.flush()
    lifecycle.merge(session, gone_id=other.id, into_id=member.id, by="anna", reason="同一人", now=NEXT_DAY)
    session.flush()
    assert signals(session, other.id) == []
    devices = [row for row in signals(session, member.id) if row[0] == "device"]
    assert devices == [("device", True, NEXT_DAY)]
    assert len(signals(session, member.id)) == 6


def test_of_who_leaves_no_more_is_known_than_that_the_phone_did(session, member):
    risk.note_joining(session, member.id, TRACE, now=MORNING)
    closure, _ = lifecycle.ask_to_leave(session, member.id, now=MORNING)
    session.flush()
    lifecycle.close_due(session, closure.id, now=closure.closes_at)
    session.flush()
    assert signals(session, member.id) == []
    assert seen(session, "left") == 1


def test_digests_of_kinds_differ(session):
    assert digest(session, "ip", "x") != digest(session, "net", "x")


def test_who_never_left_has_not(session, member):
    assert not risk.has_left_before(session, member.id)
