from datetime import timedelta

import pytest
from icalendar import Calendar

from backend import events
from miniprogram_api.event_calendar import calendar_file
from tests.factories.events import ENDS, STARTS, first_session, make_event, plan
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def event(session):
    return make_event(session, plan(title="上午场；第一场, 含\\换行"), summary="带孩子" * 30)


def entry(session, event):
    file = calendar_file(event, first_session(session, event), base_url="https://mall.example:8443")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    calendar = Calendar.from_ical(file)
    (one,) = calendar.walk("VEVENT")
    return calendar, one


def test_a_phone_reads_when_and_where(session, event):
    calendar, one = entry(session, event)
    place = first_session(session, event)
    assert (calendar["METHOD"], one["STATUS"], one["SEQUENCE"]) == ("PUBLISH", "CONFIRMED", 0)
    assert one["UID"] == f"event-session-{place.id}@mall.example"
    assert one["SUMMARY"] == "亲子烘焙课 上午场；第一场, 含\\换行"
    assert (one["LOCATION"], one["DESCRIPTION"]) == ("四楼会员厅", "带孩子" * 30)
    assert (one.decoded("DTSTART"), one.decoded("DTEND"), one.decoded("DTSTAMP")) == (STARTS, ENDS, place.changed_at)
    assert one["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    (alarm,) = one.walk("VALARM")
    assert alarm.decoded("TRIGGER") == -timedelta(hours=2)


def test_a_change_replaces_what_the_phone_has_and_a_cancellation_too(session, event):
    _, first = entry(session, event)
    told = event.book.model_dump(mode="json") | {"sessions": [plan(place="五楼")]}
    events.change(session, told, by="anna", now=MORNING)
    _, second = entry(session, event)
    events.cancel_event(session, event.code, reason="停电", by="anna", now=MORNING)
    _, third = entry(session, event)
    assert first["UID"] == second["UID"] == third["UID"]
    assert [one["SEQUENCE"] for one in (first, second, third)] == [0, 1, 2]
    assert (second["LOCATION"], third["STATUS"], third.walk("VALARM")) == ("五楼", "CANCELLED", [])
