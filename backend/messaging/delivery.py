"""Brings waiting messages on their way: claims a few, sends them from threads outside any transaction, records.

Each message has a thread for itself and each member at most one message under way, so a slow recipient holds up nobody
but the same member's next messages.
"""

import math
from collections import Counter
from functools import partial
from threading import Event
from typing import Final
from uuid import uuid4

import prometheus_client
import structlog

from backend.kit.db import run
from backend.kit.rounds import Rounds, Taken
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
    with _rounds(post, workers) as rounds:
        rounds.drain(stopped, seconds=seconds)
    return rounds.outcomes


def deliver_until(post: Post, stopped: Event, *, workers: int = WORKERS) -> Counter[str]:
    """Deliver whatever becomes due until `stopped` is set; then claim no more, and return when the last is recorded."""
    with _rounds(post, workers) as rounds:
        rounds.serve(stopped)
    return rounds.outcomes


def _rounds(post: Post, workers: int) -> Rounds:
    """Half as many letters are claimed ahead as there are threads: claiming takes ten statements, for one letter as for
    many, and so few ahead are sent long before their lease ends.
    """
    circuits, quotas = Circuits(), DailyQuotas(post.daily_quotas)

    def claim(limit: int) -> Taken:
        claimed = _claimed(post, quotas, limit)
        ended = Counter({str(status): count for status, count in claimed.ended.items() if count})
        letters = [partial(_deliver, post, letter, circuits) for letter in claimed.letters]
        return Taken(letters, ended, claimed.put_off)

    return Rounds("messages", claim, workers=workers, ahead=max(1, workers // 2))


def _claimed(post: Post, quotas: DailyQuotas, limit: int) -> Claimed:
    if not anything_due(post):
        return Claimed()
    now, channels, token = post.clock.now(), by_name(post), uuid4().hex
    take = partial(outbox.claim, channels=channels, token=token, now=now, limit=limit, quotas=quotas)
    return run(post.sessions.write, take)


def _deliver(post: Post, letter: Letter, circuits: Circuits) -> str:
    try:
        status = attempt(post, letter, circuits)
    except Exception:
        log.exception("messages.not-recorded", message=letter.id)  # its lease ends, and then it is tried again
        status = Status.WAITING
    ENDS.labels(letter.template, letter.channel, str(status)).inc()
    return str(status)
