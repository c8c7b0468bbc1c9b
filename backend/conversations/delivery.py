"""Brings operators' replies to their followers, from a few threads outside any transaction."""

from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
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
IDLE_S: Final = 0.5
AFTER_A_FAILURE_S: Final = 2.0
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
    with ThreadPoolExecutor(workers, thread_name_prefix="desk") as pool:
        rounds = _Rounds(post, pool, workers)
        while rounds.claim() or rounds.under_way:
            rounds.wait(None)
    return rounds.outcomes


def send_replies_until(post: Post, stopped: Event, *, workers: int = WORKERS) -> None:
    """Send replies as they become due until `stopped` is set; return when the last is recorded."""
    with ThreadPoolExecutor(workers, thread_name_prefix="desk") as pool:
        rounds = _Rounds(post, pool, workers)
        while not stopped.is_set():
            _one_round(rounds, stopped)
        while rounds.under_way:
            rounds.wait(None)


def _one_round(rounds: "_Rounds", stopped: Event) -> None:
    try:
        claimed = rounds.claim()
    except Exception:
        log.exception("desk.claim-failed")  # the database is away: the loop must outlive that
        stopped.wait(AFTER_A_FAILURE_S)
        return
    if rounds.under_way:
        rounds.wait(IDLE_S)
    elif not claimed:
        stopped.wait(IDLE_S)


class _Rounds:
    """The replies under way, never more than there are workers: a slow follower holds up nobody else."""

    def __init__(self, post: Post, pool: ThreadPoolExecutor, workers: int) -> None:
        self._post = post
        self._pool = pool
        self._workers = workers
        self.under_way: set[Future[Delivery]] = set()
        self.outcomes: Counter[str] = Counter()

    def claim(self) -> int:
        """Claim as many replies as there are free workers and send them off; returns how many."""
        free = self._workers - len(self.under_way)
        envelopes = _claimed(self._post, free) if free > 0 else []
        self.under_way |= {self._pool.submit(_send, self._post, envelope) for envelope in envelopes}
        return len(envelopes)

    def wait(self, seconds: float | None) -> None:
        """Wait until a reply is done, or for `seconds`."""
        done, self.under_way = wait(self.under_way, timeout=seconds, return_when=FIRST_COMPLETED)
        self.outcomes.update(str(future.result()) for future in done)


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
