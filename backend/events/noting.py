from datetime import datetime

from sqlalchemy.orm import Session

from backend.events.models import Event, EventDecision, EventSession, Registration


def note(
    session: Session,
    event: Event,
    deed: str,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    of: EventSession | Registration | None = None,
) -> None:
    """Write down what an operator did with an event, or with a session or a registration of it, and why."""
    made = of if isinstance(of, Registration) else None
    session.add(
        EventDecision(
            event_id=event.id,
            session_id=made.session_id if made else of and of.id,
            registration_id=made and made.id,
            deed=deed,
            reason=reason,
            by=by,
            at=now,
        )
    )
