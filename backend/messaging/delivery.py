"""Brings waiting messages on their way: claims a few, sends them from threads outside any transaction, records.

Each message has a thread for itself and each member at most one message under way, so a slow recipient holds up nobody
but the same member's next messages.
"""

import math
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from threading import Event
from time import monotonic
from typing import Final
from uuid import uuid4

import prometheus_client
import structlog

from backend.kit.db import run
from backend.messaging import outbox
from backend.messaging.attempt import Post, attempt, by_name
from backend.messaging.channels import Letter
from backend.messaging.circuits import Circuits
from backend.messaging.outbox import Claimed
from backend.messaging.quotas import DailyQuotas
from backend.messaging.rules import Status

log = structlog.get_logger(__name__)

ENDS: Final = prometheus_client.Counter(
    "baihui_messages_total", "Attempts to send a message by what became of it", ["template", "channel", "status"]
)
WORKERS: Final = 16
IDLE_S: Final = 0.5
AFTER_A_FAILURE_S: Final = 2.0


def anything_due(post: Post) -> bool:
    """Whether there is something to do for a deliverer now; a plain read that locks nobody out."""
    with post.sessions.read() as session:
        return outbox.anything_due(session, by_name(post), now=post.clock.now())


def deliver_due(post: Post, *, workers: int = WORKERS) -> Counter[str]:
    """Deliver all that is due now and return when nothing of it waits: how many attempts ended in which status."""
    return deliver_some(post, Event(), seconds=math.inf, workers=workers)


def deliver_some(post: Post, stopped: Event, *, seconds: float, workers: int = WORKERS) -> Counter[str]:
    """Deliver what is due, until nothing of it waits, `stopped` is set or so many seconds have passed.

    Then claims no more, and returns when the last is recorded.
    """
    until = monotonic() + seconds
    with ThreadPoolExecutor(workers, thread_name_prefix="deliver") as pool:
        rounds = _Rounds(post, pool, workers)
        while not stopped.is_set() and monotonic() < until and (rounds.claim() or rounds.under_way):
            rounds.wait(IDLE_S)
        rounds.finish()
    return rounds.outcomes


def deliver_until(post: Post, stopped: Event, *, workers: int = WORKERS) -> Counter[str]:
    """Deliver whatever becomes due until `stopped` is set; then claim no more, and return when the last is recorded."""
    with ThreadPoolExecutor(workers, thread_name_prefix="deliver") as pool:
        rounds = _Rounds(post, pool, workers)
        while not stopped.is_set():
            _one_round(rounds, stopped)
        rounds.finish()
    return rounds.outcomes


def _one_round(rounds: "_Rounds", stopped: Event) -> None:
    try:
        claimed = rounds.claim()
    except Exception:
        log.exception("messages.claim-failed")  # the database is away: the loop must outlive that
        stopped.wait(AFTER_A_FAILURE_S)
        return
    if rounds.under_way:
        rounds.wait(None if rounds.full else IDLE_S)
    elif not claimed:
        stopped.wait(IDLE_S)


class _Rounds:
    """The letters under way: one for each worker, and half as many ahead, so that several are claimed together.

    Claiming takes ten statements, for one letter as for many; so few ahead are sent long before their lease ends.
    """

    def __init__(self, post: Post, pool: ThreadPoolExecutor, workers: int) -> None:
        self._post = post
        self._pool = pool
        self._ahead = max(1, workers // 2)
        self._most = workers + self._ahead
        self._circuits = Circuits()
        self._quotas = DailyQuotas(post.daily_quotas)
        self.under_way: set[Future[Status]] = set()
        self.outcomes: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        return self._most - len(self.under_way) < self._ahead

    def claim(self) -> int:
        """Claim letters for workers that are free or soon will be; returns how many messages were moved."""
        if self.full:
            return 0
        claimed = _claimed(self._post, self._quotas, self._most - len(self.under_way))
        self.under_way |= {
            self._pool.submit(_deliver, self._post, letter, self._circuits) for letter in claimed.letters
        }
        self.outcomes.update({str(status): count for status, count in claimed.ended.items()})
        return len(claimed.letters) + claimed.ended.total() + claimed.put_off

    def wait(self, seconds: float | None) -> None:
        """Wait until a letter is done, or for `seconds`."""
        done, self.under_way = wait(self.under_way, timeout=seconds, return_when=FIRST_COMPLETED)
        self.outcomes.update(str(future.result()) for future in done)

    def finish(self) -> None:
        """Wait until all letters are done."""
        while self.under_way:
            self.wait(None)


def _claimed(post: Post, quotas: DailyQuotas, limit: int) -> Claimed:
    if not anything_due(post):
        return Claimed()
    now, channels, token = post.clock.now(), by_name(post), uuid4().hex
    take = partial(outbox.claim, channels=channels, token=token, now=now, limit=limit, quotas=quotas)
    return run(post.sessions.write, take)


def _deliver(post: Post, letter: Letter, circuits: Circuits) -> Status:
    try:
        status = attempt(post, letter, circuits)
    except Exception:
        log.exception("messages.not-recorded", message=letter.id)  # its lease ends, and then it is tried again
        status = Status.WAITING
    ENDS.labels(letter.template, letter.channel, str(status)).inc()
    return status
