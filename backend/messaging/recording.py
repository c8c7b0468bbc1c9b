"""Writes down how a letter fared: in the outbox, among the deliveries, and where else it teaches something."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.messaging.channels import Channel, Letter, Receipt, Refused
from backend.messaging.models import Delivery, Message
from backend.messaging.outbox import close
from backend.messaging.reports import apply_earlier_report
from backend.messaging.routing import End, route
from backend.messaging.rules import Delivered, Status, reopening
from backend.messaging.settling import put_off_later_ones, rows
from backend.messaging.standing import standings
from backend.messaging.wording import CATALOGUE
from templates_msg.catalogue import MARKETING


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt. `status` is `waiting` where it is to be tried again through the channel from `due_at`
    on; otherwise how it ended there, taken (`receipt`) or refused for good.
    """

    status: Status
    at: datetime
    due_at: datetime
    attempts: int
    unsure_since: datetime | None = None
    receipt: Receipt | None = None
    refusal: Refused | None = None


def record(session: Session, channels: Mapping[str, Channel], letter: Letter, outcome: Outcome) -> Status | None:
    """Write down an outcome. What the message comes to by it: still waiting, also where the next channel is to be
    tried; None when its lease had ended and another deliverer has it now, who will see for himself.
    """
    _learn(session, channels[letter.channel], letter, outcome)
    if outcome.status is Status.WAITING:
        return _again(session, letter, outcome)
    if outcome.status is Status.SENT:
        return _sent(session, letter, outcome)
    return _refused(session, channels, letter, outcome)


def _learn(session: Session, channel: Channel, letter: Letter, outcome: Outcome) -> None:
    channel.learn(session, letter, outcome.refusal, now=outcome.at)
    closing = outcome.refusal.verdict.closing if outcome.refusal else None
    if closing is not None:
        until_at, reason = reopening(closing, outcome.at), str(outcome.refusal)
        close(session, channel=letter.channel, until_at=until_at, reason=reason)


def _again(session: Session, letter: Letter, outcome: Outcome) -> Status | None:
    """Later, by the same channel if it is still the first that is open then."""
    again = {"attempts": outcome.attempts, "unsure_since": outcome.unsure_since}
    if not _written(session, letter, outcome, **again):
        return None
    put_off_later_ones(session, letter, outcome.due_at)
    return Status.WAITING


def _sent(session: Session, letter: Letter, outcome: Outcome) -> Status | None:
    ended = {"status": Status.SENT, "ended_at": outcome.at, "attempts": outcome.attempts}
    if not _written(session, letter, outcome, **ended):
        return None
    delivery = _delivered(session, letter, outcome)
    return apply_earlier_report(session, delivery)


def _refused(session: Session, channels: Mapping[str, Channel], letter: Letter, outcome: Outcome) -> Status | None:
    """The channel is through with it: on to the next one, or to the end where there is none, or perhaps no need."""
    if not _written(session, letter, outcome, attempts=outcome.attempts, unsure_since=None):
        return None
    _delivered(session, letter, outcome)
    message = session.get_one(Message, letter.id, populate_existing=True)
    end = outcome.status if outcome.status is Status.DOUBTFUL else _end_of(session, channels, message, outcome.at)
    if end is None:
        message.attempts, message.channel = 0, None
        return Status.WAITING
    message.status, message.ended_at = end, outcome.at
    return end


def _end_of(session: Session, channels: Mapping[str, Channel], message: Message, now: datetime) -> Status | None:
    way = route(standings(session, channels, [message], now=now)[message.id], now)
    return way.status if isinstance(way, End) else None


def _written(session: Session, letter: Letter, outcome: Outcome, **values: object) -> bool:
    ours = update(Message).where(
        Message.id == letter.id, Message.token == letter.token, Message.status == Status.WAITING
    )
    error = str(outcome.refusal) if outcome.refusal else None
    return bool(rows(session, ours.values(token=None, due_at=outcome.due_at, error=error, **values)))


def _delivered(session: Session, letter: Letter, outcome: Outcome) -> Delivery:
    delivery = Delivery(
        message_id=letter.id,
        channel=letter.channel,
        member_id=letter.member_id,
        marketing=CATALOGUE[letter.template].kind == MARKETING,
        status=Delivered(outcome.status),
        attempts=outcome.attempts,
        msgid=outcome.receipt.msgid or None if outcome.receipt else None,
        cost_fen=outcome.receipt.cost_fen if outcome.receipt else 0,
        error=str(outcome.refusal) if outcome.refusal else None,
        ended_at=outcome.at,
    )
    session.add(delivery)
    session.flush()
    return delivery
