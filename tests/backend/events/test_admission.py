from datetime import timedelta

import pytest

from backend import events
from backend.events.admission import barred_now, opens_for_member
from backend.events.models import Registration
from tests.factories.books import change_book
from tests.factories.events import OVER, STARTS, first_session, make_event, plan, register
from tests.support.clocks import MORNING

INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "refusal"),
    [
        (MORNING - INSTANT, events.NotOpenYet),
        (MORNING, None),
        (STARTS - INSTANT, None),
        (STARTS, events.RegistrationClosed),
    ],
)
def test_registration_is_open_to_the_instant(session, place, member_id, now, refusal):
    if refusal is None:
        assert register(session, member_id, place, now=now).status == "registered"
        return
    with pytest.raises(refusal):
        register(session, member_id, place, now=now)
    assert place.taken == 0


def test_it_says_when_it_opens(session, place, member_id):
    with pytest.raises(events.NotOpenYet) as refused:
        register(session, member_id, place, now=MORNING - HOUR)
    assert refused.value.detail == "报名尚未开始，请于 2026-03-01 09:00 后报名"


def test_tiers_with_early_access_are_earlier(session, member_id):
    event = make_event(session, terms={"early_access": {"basic": 1, "gold": 24}})
    assert opens_for_member(session, member_id, event, now=MORNING) == MORNING - HOUR
    assert register(session, member_id, first_session(session, event), now=MORNING - HOUR).status == "registered"


def test_other_tiers_are_not_asked(session, member_id):
    event = make_event(session, tiers=["gold"])
    assert opens_for_member(session, member_id, event, now=MORNING) is None
    with pytest.raises(events.TierNotAllowed):
        register(session, member_id, first_session(session, event))


def test_a_member_day_is_only_shown(session, member_id):
    event = make_event(session, registration=None, kind="member-day")
    assert opens_for_member(session, member_id, event, now=MORNING) is None
    with pytest.raises(events.NoRegistration):
        register(session, member_id, first_session(session, event))


def test_a_later_session_is_open_when_an_earlier_one_has_begun(session, member_id):
    later = plan("two", starts_at="2026-03-08T14:00:00+08:00", ends_at="2026-03-08T16:00:00+08:00")
    event = make_event(session, plan(), later, terms={"closes_at": "2026-03-08T14:00:00+08:00"})
    one, two = events.sessions_of(session, [event.id])
    with pytest.raises(events.RegistrationClosed):
        register(session, member_id, one, now=STARTS)
    assert register(session, member_id, two, now=STARTS).status == "registered"


@pytest.mark.parametrize(("once", "refused"), [("session", False), ("event", True)])
def test_once_a_session_or_once_an_event(session, member_id, once, refused):
    event = make_event(session, plan(), plan("two"), terms={"once": once})
    one, two = events.sessions_of(session, [event.id])
    register(session, member_id, one)
    with pytest.raises(events.RegisteredAlready):
        register(session, member_id, one)
    if refused:
        with pytest.raises(events.RegisteredAlready):
            register(session, member_id, two)
    else:
        assert register(session, member_id, two).status == "registered"


def absent(session, member_id, at, *, excused=False):
    made = register(session, member_id, first_session(session, make_event(session)))
    made.status, made.ended_at, made.ended_by = "no-show", at, "session"
    made.excused_at = at if excused else None
    session.flush()


def test_who_stayed_away_three_times_is_kept_out_for_a_while(session, place, member_id):
    for number in range(3):
        absent(session, member_id, MORNING - timedelta(days=number))
    assert barred_now(session, member_id, now=MORNING) == MORNING + timedelta(days=30)
    with pytest.raises(events.Barred) as refused:
        register(session, member_id, place)
    assert "2026-03-31" in refused.value.detail
    assert barred_now(session, member_id, now=MORNING + timedelta(days=30)) is None


def test_a_house_may_keep_nobody_out(session, place, member_id):
    for number in range(3):
        absent(session, member_id, MORNING - timedelta(days=number))
    change_book(session, events.ABSENCES, count=None)
    assert register(session, member_id, place).status == "registered"


def test_what_is_excused_does_not_count(session, place, member_id):
    for number in range(3):
        absent(session, member_id, MORNING - timedelta(days=number), excused=number == 1)
    assert register(session, member_id, place).status == "registered"


def test_the_number_of_registrations_is_the_sessions(session, place, others):
    assert [register(session, one, place).number for one in others(3)] == [1, 2, 3]
    assert session.get(Registration, 404) is None
    with pytest.raises(events.RegistrationClosed):
        register(session, others(1)[0], place, now=OVER)
