from datetime import time, timedelta

import pytest

from backend import members
from backend.kit.db import run
from backend.preferences import (
    E_MAIL,
    HOUSE_QUIET,
    OFFICIAL_ACCOUNT,
    SMS,
    WAYS,
    QuietHours,
    changes,
    choose,
    choose_marketing,
    keep_quiet,
    quiet_hours,
    refusals,
)
from backend.preferences.rules import BY_HOUSE
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.races import race

LATER = MORNING + timedelta(days=1)
HERE = "mini-program"


@pytest.fixture
def member_id(session):
    return make_member(session).id


def refused(session, member_id):
    session.flush()
    return refusals(session, [member_id])[member_id]


def told(session, member_id):
    session.flush()
    return [(one.what, one.value, one.source) for one in reversed(changes(session, member_id, limit=50))]


def test_who_has_chosen_nothing_is_told_what_the_house_tells(session, member_id):
    assert refused(session, member_id) == BY_HOUSE
    assert quiet_hours(session, [member_id]) == {member_id: HOUSE_QUIET}
    assert told(session, member_id) == []


def test_a_topic_is_refused_by_one_way_and_wanted_again(session, member_id):
    pair = ("points", OFFICIAL_ACCOUNT)
    assert choose(session, member_id, {pair: False}, source=HERE, now=MORNING) == {pair}
    assert refused(session, member_id) == BY_HOUSE | {pair}
    assert choose(session, member_id, {pair: True}, source=HERE, now=LATER) == {pair}
    assert refused(session, member_id) == BY_HOUSE
    assert told(session, member_id) == [
        ("points/official-account", "off", HERE),
        ("points/official-account", "on", HERE),
    ]


def test_what_is_so_already_is_no_change(session, member_id):
    same = {("points", E_MAIL): True, ("campaigns", SMS): False}
    assert choose(session, member_id, same, source=HERE, now=MORNING) == frozenset()
    assert told(session, member_id) == []


def test_marketing_is_refused_and_welcomed_whole(session, member_id):
    assert choose_marketing(session, member_id, [OFFICIAL_ACCOUNT], wanted=False, source="sms", now=MORNING)
    assert refused(session, member_id) - BY_HOUSE == {
        ("campaigns", OFFICIAL_ACCOUNT),
        ("greetings", OFFICIAL_ACCOUNT),
    }
    assert not choose_marketing(session, member_id, [OFFICIAL_ACCOUNT], wanted=False, source="sms", now=LATER)
    assert choose_marketing(session, member_id, WAYS, wanted=True, source=HERE, now=LATER)
    assert refused(session, member_id) == frozenset()


def test_who_is_blocked_may_refuse_too(session, member_id):
    members.get(session, member_id).status = members.BLOCKED
    assert choose_marketing(session, member_id, WAYS, wanted=False, source="sms", now=MORNING)


def test_quiet_hours_are_one_s_own_or_none(session, member_id):
    own = QuietHours(time(21, 30), time(9))
    for hours in (own, own, None, HOUSE_QUIET):
        keep_quiet(session, member_id, hours, source=HERE, now=MORNING)
        session.flush()
        session.expire_all()
        assert quiet_hours(session, [member_id]) == {member_id: hours}
    assert told(session, member_id) == [
        ("quiet-hours", "21:30-09:00", HERE),
        ("quiet-hours", "none", HERE),
        ("quiet-hours", "22:00-08:00", HERE),
    ]


def test_two_who_refuse_at_once_refuse_once(runtime):
    member_id = run(runtime.sessions.write, lambda session: make_member(session).id)

    def refuse(session):
        return choose_marketing(session, member_id, WAYS, wanted=False, source="sms", now=MORNING)

    assert sorted(race(4, lambda _: run(runtime.sessions.write, refuse))) == [False] * 3 + [True]
    with runtime.sessions.read() as session:
        assert len(changes(session, member_id, limit=50)) == 6
