"""What channels say later of what they had taken: that it was shown, or was not after all.

A report may come before our own note of the id, for the channel is quick and its answer took another way. So a report
is written down first and then applied, and a note is written first and then asks for reports: of two at the same time
one sees the other's row, and waits for it.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.messaging.models import Delivery, Message, Report
from backend.messaging.rules import Delivered, Status
from backend.messaging.settling import rows


def report(
    session: Session, *, channel: str, msgid: str, status: Delivered, error: str | None = None, now: datetime
) -> None:
    """Take a channel's word on a message that it took; a second word on the same is not heard."""
    if session.get(Report, (channel, msgid)) is not None:
        return
    said = Report(channel=channel, msgid=msgid, status=status, error=error and error[:128], reported_at=now)
    session.add(said)
    session.flush()
    its = select(Delivery).where(Delivery.channel == channel, Delivery.msgid == msgid)
    delivery = session.scalar(its.with_for_update())
    if delivery is not None:
        _apply(session, delivery, said)


def apply_earlier_report(session: Session, delivery: Delivery) -> Status:
    """What a message comes to that has just been noted as taken: it may be known already that it was not shown."""
    if delivery.msgid is None:
        return Status.SENT
    its = select(Report).where(Report.channel == delivery.channel, Report.msgid == delivery.msgid)
    said = session.scalar(its.with_for_update())
    return _apply(session, delivery, said) if said is not None else Status.SENT


def forget_reports(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` reports that came before an instant; returns how many."""
    old = select(Report.channel, Report.msgid).where(Report.reported_at < before).limit(limit)
    found = session.execute(old).all()
    for channel, msgid in found:
        session.execute(delete(Report).where(Report.channel == channel, Report.msgid == msgid))
    return len(found)


def _apply(session: Session, delivery: Delivery, said: Report) -> Status:
    """A message that was not shown after all waits again, for the channels that are left."""
    delivery.status, delivery.error, delivery.ended_at = said.status, said.error, said.reported_at
    if said.status == Delivered.SHOWN:
        return Status.SENT
    reopened = update(Message).where(Message.id == delivery.message_id, Message.status == Status.SENT)
    waiting = {"status": Status.WAITING, "due_at": said.reported_at, "ended_at": None, "attempts": 0, "channel": None}
    rows(session, reopened.values(**waiting, error=said.error))
    return Status.WAITING
