"""What facts about a registration say."""

from datetime import datetime
from typing import Any

from backend.events.models import Event, EventSession, Registration


def of(event: Event, place: EventSession, made: Registration, *, now: datetime) -> dict[str, Any]:
    """What every fact about a registration tells."""
    return {
        "member_id": made.member_id,
        "registration_id": made.id,
        "title": event.title,
        "starts_at": place.starts_at,
        "place": place.place,
        "code": made.code,
        "session_version": place.version,
        "at": now,
    }
