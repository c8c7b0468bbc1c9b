"""A session as a file for the calendar of a phone (RFC 5545)."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event

from backend import events
from config import policy

ALARM_BEFORE: Final = timedelta(hours=2)


def calendar_file(event: events.Event, place: events.EventSession, *, base_url: str) -> bytes:
    """The file. Its UID stays and its SEQUENCE rises with each change, so that a calendar replaces what it has."""
    calendar = Calendar()
    calendar.add("prodid", "-//Baihui//Events//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_entry(event, place, host=urlsplit(base_url).hostname or "baihui"))
    calendar.add_missing_timezones()
    file: bytes = calendar.to_ical()
    return file


def _entry(event: events.Event, place: events.EventSession, *, host: str) -> Event:
    entry = Event()
    cancelled = place.status == "cancelled"
    entry.add("uid", f"event-session-{place.id}@{host}")
    entry.add("sequence", place.version - 1 + cancelled)
    entry.add("dtstamp", place.changed_at)
    entry.add("dtstart", _local(place.starts_at))
    entry.add("dtend", _local(place.ends_at))
    entry.add("summary", f"{event.title} {place.title}".strip())
    entry.add("location", place.place)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if event.book.summary:
        entry.add("description", event.book.summary)
    if not cancelled:
        entry.add_component(_alarm(event))
    return entry


def _alarm(event: events.Event) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event.title)
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm


def _local(at: datetime) -> datetime:
    return at.astimezone(policy.SHOP_ZONE)
