"""Brings operators' replies to their followers, from a few threads outside any transaction."""

from collections import Counter
from functools import partial
from threading import Event
from typing import Final, Protocol
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from backend import members
from backend.conversations import sending
from backend.conversations.rules import Delivery
from backend.conversations.sending import Envelope, Outcome
from backend.kit.clock import Clock
from backend.kit.db import Sessions, run
from backend.kit.logs import alias
from backend.kit.rounds import Rounds, Taken
from backend.wechat import (
    OfficialAccount,
    OutOfWindow,
    TokenRefused,
    TooFast,
    TryLater,
    WeChatError,
)
from config import policy

log = structlog.get_logger(__name__)

WORKERS: Final = 4
NOT_FOLLOWING: Final = {43004, 50005}
AGAIN: Final = (TryLater, TokenRefused, TooFast)


class Post(Protocol):
    """What delivery works with; the runtime of a process is one."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def official_account(self) -> OfficialAccount: ...


def send_replies(post: Post, *, workers: int = WORKERS) -> Counter[str]:
    """Send all replies that are due now; returns how many attempts ended in which state.

    To be called after the commit of a reply by whoever wants it to be on the phone at once; otherwise the jobs process
    sends it. Any number of callers never send one twice.
    """
    with _rounds(post, workers) as rounds:
        rounds.drain(Event())
    return rounds.outcomes


def send_replies_until(post: Post, stopped: Event, *, workers: int = WORKERS) -> None:
    """Send replies as they become due until `stopped` is set; return when the last is recorded."""
    with _rounds(post, workers) as rounds:
        rounds.serve(stopped)


def _rounds(post: Post, workers: int) -> Rounds:
    def claim(limit: int) -> Taken:
        return Taken([partial(_send, post, envelope) for envelope in _claimed(post, limit)])

    return Rounds("desk", claim, workers=workers)


def _claimed(post: Post, limit: int) -> list[Envelope]:
    now = post.clock.now()
    with post.sessions.read() as session:
        if not sending.anything_to_do(session, now=now):
            return []
    token = uuid4().hex
    return run(post.sessions.write, lambda session: sending.claim(session, token=token, now=now, limit=limit))


def _send(post: Post, envelope: Envelope) -> Delivery:
    error: WeChatError | None = None
    try:
        post.official_account.send_custom(envelope.openid, envelope.text)
    except WeChatError as refusal:
        error = refusal
    try:
        outcome = _outcome(post, envelope, error)
        run(post.sessions.write, lambda session: _record(session, envelope, outcome, error))
    except Exception:
        log.exception("desk.not-recorded", line=envelope.line_id)  # its lease ends, and then it is doubtful
        return Delivery.SENDING
    _log(envelope, outcome)
    return outcome.status


def _outcome(post: Post, envelope: Envelope, error: WeChatError | None) -> Outcome:
    now = post.clock.now()
    if error is None:
        return Outcome(Delivery.SENT, now, now)
    if error.unanswered and error.api.endswith("custom/send"):  # it may be on the phone
        return Outcome(Delivery.DOUBTFUL, now, now, error=error.reason)
    if isinstance(error, OutOfWindow):
        return Outcome(Delivery.FAILED, now, now, error=error.reason, reserved="refused")
    due_at = now + policy.DESK_PAUSE * 2 ** (envelope.attempts - 1)
    if isinstance(error, AGAIN) and envelope.attempts < policy.DESK_TRIES and due_at < envelope.send_before:
        return Outcome(Delivery.WAITING, now, due_at, error=error.reason)
    return Outcome(Delivery.FAILED, now, now, error=error.reason, reserved="unused")


def _record(session: Session, envelope: Envelope, outcome: Outcome, error: WeChatError | None) -> None:
    sending.record(session, envelope, outcome)
    if error is not None and error.errcode in NOT_FOLLOWING:
        members.unfollow(session, appid=envelope.appid, openid=envelope.openid, now=outcome.at)


def _log(envelope: Envelope, outcome: Outcome) -> None:
    say = log.info if outcome.status in {Delivery.SENT, Delivery.WAITING} else log.error
    say(
        "desk.reply",
        line=str(envelope.line_id),
        follower=alias(envelope.identity_id),
        status=str(outcome.status),
        attempts=envelope.attempts,
        error=outcome.error,
    )
