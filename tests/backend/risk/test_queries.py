from datetime import timedelta

import pytest

from backend import risk
from backend.risk import Bill, Case, Trace
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.statements import statements_of

BILL = Bill(1, 7, "A-1", 10_400)


@pytest.fixture
def book(session):
    return risk.live(session, now=MORNING)


def joined(session, *, now=MORNING, **trace):
    member = make_member(session, now=now)
    session.flush()
    risk.note_joining(session, member.id, Trace(**trace), now=now)
    session.flush()
    return member


def case(newcomer, inviter, **parts):
    known = {
        "newcomer_id": newcomer.id,
        "newcomer_joined_at": newcomer.joined_at,
        "inviter_id": inviter.id,
        "inviter_joined_at": inviter.joined_at,
        "bill": BILL,
        "paid_at": newcomer.joined_at + timedelta(minutes=7),
        "least_fen": 10_000,
    }
    return Case(**(known | parts))


def test_what_is_known_of_a_case(session, book):
    inviter = joined(session, now=MORNING - timedelta(days=3), device="d", address="203.0.113.1")
    friends = [joined(session, device="d", address=f"203.0.113.{n}", phone=f"1381234000{n}") for n in (1, 2)]
    for _ in range(2):
        risk.count_bill(session, BILL, now=MORNING)
    assert risk.evidence(session, case(friends[0], inviter), book) == {
        "fresh-inviter": 3,
        "inviter-device": 1,
        "quick-purchase": 7,
        "minimal-purchase": 4,
        "shared-device": 3,
        "shared-ip": 2,
        "shared-net": 3,
        "phone-prefix": 2,
        "same-bill": 2,
        "same-store": 2,
    }


def test_what_is_outside_the_window_does_not_count(session, book):
    inviter = make_member(session)
    for days in (-8, 0, 7, 8):
        friend = joined(session, now=MORNING + timedelta(days=days), device="d")
        newcomer = friend if days == 0 else locals().get("newcomer")
    assert risk.evidence(session, case(newcomer, inviter), book)["shared-device"] == 2


def test_what_a_member_logs_in_with_later_is_not_counted_and_is_known(session, book):
    inviter, friend = joined(session, device="d"), joined(session)
    risk.note_login(session, friend.id, Trace(device="d"), now=MORNING)
    session.flush()
    found = risk.evidence(session, case(friend, inviter), book)
    assert (found["inviter-device"], "shared-device" in found) == (1, False)
    assert [one.kind for one in risk.seen_with(session, friend.id, limit=9)] == ["device"]


def test_blocked_devices_and_networks_are_told(session, book):
    inviter, friend = make_member(session), joined(session, device="d", address="203.0.113.1")
    risk.block_devices(session, friend.id, by="anna", reason="刷单", now=MORNING)
    risk.block_network(session, "203.0.113.9", by="anna", reason="机房", now=MORNING)
    found = risk.evidence(session, case(friend, inviter, least_fen=0), book)
    assert (found["blocked-device"], found["blocked-net"], "minimal-purchase" in found) == (1, 1, False)


def test_judging_costs_three_statements(session, book):
    inviter = make_member(session)
    friends = [joined(session, device="d", address="203.0.113.1", phone="13812345678") for _ in range(4)]
    with statements_of(session) as said:
        risk.evidence(session, case(friends[0], inviter), book)
    assert len(said) == 3
