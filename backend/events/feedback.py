from datetime import datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from backend import points
from backend.events import queries
from backend.events.errors import AnsweredAlready, NotAttended, SurveyClosed
from backend.events.models import EventSession, Feedback, Registration
from backend.events.settling import ask_until

SURVEY: Final = "survey"


def give_feedback(
    session: Session, member_id: int, event_id: int, *, rating: int, comment: str, now: datetime
) -> Feedback:
    """Keep what a member who came says of an event, once a session, and give the points for it.

    Raises EventUnknown, NotAttended, AnsweredAlready, SurveyClosed, points.NoAccount.
    """
    account = points.lock(session, member_id, now=now)
    event = queries.shown(session, event_id)
    came = select(Registration).where(
        Registration.member_id == member_id, Registration.event_id == event_id, Registration.status == "attended"
    )
    if session.scalar(came.limit(1)) is None:
        raise NotAttended
    unasked = came.where(~exists().where(Feedback.registration_id == Registration.id))
    made = session.scalar(unasked.order_by(Registration.id.desc()).limit(1))
    if made is None:
        raise AnsweredAlready
    survey = event.book.survey
    place = session.get_one(EventSession, made.session_id)
    if survey is None or not place.starts_at <= now < ask_until(place, days=survey.days):
        raise SurveyClosed
    said = Feedback(registration_id=made.id, event_id=event_id, rating=rating, comment=comment, given_at=now)
    session.add(said)
    session.flush()  # a second answer is met here
    if survey.points:
        points.credit(session, account, survey.points, source=points.Source(SURVEY, f"event:{made.id}"), now=now)
    return said
