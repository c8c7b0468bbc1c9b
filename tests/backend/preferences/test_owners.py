from datetime import time
from random import Random

import pytest

from backend.members import MembershipClosed, MembersMerged
from backend.preferences import (
    HOUSE_QUIET,
    MailAddress,
    QuietHours,
    ask_address,
    changes,
    choose,
    confirm_address,
    confirmed_addresses,
    erase_preferences,
    join_preferences,
    keep_quiet,
    mail_address,
    quiet_hours,
    refusals,
)
from backend.preferences.rules import BY_HOUSE
from tests.factories.members import make_member
from tests.support.clocks import MORNING

HERE = "mini-program"
SHORT, LONG = QuietHours(time(23), time(7)), QuietHours(time(20), time(10))


@pytest.fixture
def into(session):
    return make_member(session).id


@pytest.fixture
def gone(session):
    return make_member(session).id


def merge(session, gone, into):
    session.flush()
    join_preferences(session, MembersMerged(gone, into, MORNING))
    session.flush()
    session.expire_all()


def mailed(session, member_id, address):
    _, code = ask_address(session, member_id, address, rng=Random(1), now=MORNING)
    confirm_address(session, member_id, code, source=HERE, now=MORNING)


def test_what_one_of_the_two_refuses_is_refused(session, gone, into):
    choose(session, gone, {("points", "sms"): False, ("campaigns", "sms"): True}, source=HERE, now=MORNING)
    choose(session, into, {("tiers", "sms"): False}, source=HERE, now=MORNING)
    merge(session, gone, into)
    assert refusals(session, [into])[into] == BY_HOUSE | {("points", "sms"), ("tiers", "sms")}


def test_consent_of_one_is_no_consent_of_both(session, gone, into):
    choose(session, into, {("campaigns", "sms"): True}, source=HERE, now=MORNING)
    merge(session, gone, into)
    assert ("campaigns", "sms") in refusals(session, [into])[into]
    assert changes(session, into, limit=1)[0].source == "merge"


@pytest.mark.parametrize(
    ("theirs", "own", "kept"),
    [
        (LONG, SHORT, LONG),
        (SHORT, LONG, LONG),
        (None, SHORT, SHORT),
        (SHORT, None, SHORT),
        (None, None, None),
        (SHORT, HOUSE_QUIET, HOUSE_QUIET),
    ],
)
def test_the_longer_quiet_is_kept(session, gone, into, theirs, own, kept):
    for member_id, hours in ((gone, theirs), (into, own)):
        keep_quiet(session, member_id, hours, source=HERE, now=MORNING)
    merge(session, gone, into)
    assert quiet_hours(session, [into])[into] == kept


def test_the_survivor_s_address_stays(session, gone, into):
    mailed(session, gone, "gone@example.com")
    mailed(session, into, "into@example.com")
    merge(session, gone, into)
    assert confirmed_addresses(session, [gone, into]) == {into: "into@example.com"}


@pytest.mark.parametrize("asked", [True, False])
def test_without_one_the_other_s_is_taken_over(session, gone, into, asked):
    mailed(session, gone, "gone@example.com")
    if asked:
        ask_address(session, into, "into@example.com", rng=Random(1), now=MORNING)
    merge(session, gone, into)
    assert confirmed_addresses(session, [gone, into]) == {into: "gone@example.com"}


def test_the_history_of_both_is_the_survivor_s(session, gone, into):
    choose(session, gone, {("points", "sms"): False}, source=HERE, now=MORNING)
    choose(session, into, {("points", "sms"): False}, source=HERE, now=MORNING)
    merge(session, gone, into)
    assert [one.what for one in changes(session, into, limit=5)] == ["points/sms"] * 2
    assert changes(session, gone, limit=5) == []


def test_of_who_has_left_nothing_is_kept(session, into):
    choose(session, into, {("points", "sms"): False}, source=HERE, now=MORNING)
    keep_quiet(session, into, None, source=HERE, now=MORNING)
    mailed(session, into, "into@example.com")
    session.flush()
    erase_preferences(session, MembershipClosed(into, MORNING))
    session.expire_all()
    assert refusals(session, [into])[into] == BY_HOUSE
    assert quiet_hours(session, [into])[into] == HOUSE_QUIET
    assert mail_address(session, into) == MailAddress(None, None)
    assert changes(session, into, limit=5) == []
