from collections.abc import Mapping, Sequence
from random import Random
from typing import Final, Protocol

import structlog

from backend.kit.clock import Clock
from backend.kit.db import Sessions, run
from backend.kit.limits import RateLimiter
from backend.kit.logs import alias
from backend.messaging import rules
from backend.messaging.channels import Channel, Letter, Refused
from backend.messaging.circuits import Circuits
from backend.messaging.pace import keep_pace
from backend.messaging.recording import Outcome, record
from backend.messaging.rules import Status
from config import policy

log = structlog.get_logger(__name__)

LOUD: Final = {Status.DEAD, Status.DOUBTFUL}


class Post(Protocol):
    """What delivery works with; the runtime of a process is one."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def rng(self) -> Random: ...

    @property
    def limiter(self) -> RateLimiter: ...

    @property
    def channels(self) -> Sequence[Channel]:
        """The ways to members that the shop has set up."""
        ...

    @property
    def daily_quotas(self) -> Mapping[str, int]:
        """How many messages the platform takes in a day, by channel."""
        ...


def by_name(post: Post) -> dict[str, Channel]:
    """The channels of a post by their names."""
    return {channel.name: channel for channel in post.channels}


def attempt(post: Post, letter: Letter, circuits: Circuits) -> Status:
    """Send a claimed letter and record what became of it; raises only what the database raises."""
    channels = by_name(post)
    keep_pace(post.limiter, letter.channel)
    try:
        receipt = channels[letter.channel].send(letter)
    except Refused as refusal:
        outcome = _failed(post, letter, _judged(letter, refusal, circuits))
    else:
        circuits.answered(letter.channel)
        now = post.clock.now()
        outcome = Outcome(Status.SENT, now, due_at=now, attempts=letter.attempts, receipt=receipt)
    status = run(post.sessions.write, lambda session: record(session, channels, letter, outcome))
    _log(letter, outcome, status)
    return status or outcome.status


def _judged(letter: Letter, refusal: Refused, circuits: Circuits) -> Refused:
    """The refusal; it closes its channel for a while where that answers nobody."""
    if refusal.verdict != rules.TRY_LATER:
        circuits.answered(letter.channel)
    elif circuits.unanswered(letter.channel, letter.member_id):
        refusal.verdict = rules.LEAVE_ALONE
    return refusal


def _failed(post: Post, letter: Letter, refusal: Refused) -> Outcome:
    now, verdict = post.clock.now(), refusal.verdict
    unsure_since = letter.unsure_since or (letter.claimed_at if refusal.maybe_shown else None)
    if verdict.end is not None or (letter.attempts >= policy.MESSAGE_TRIES and verdict.closing is None):
        # what may have been shown is not to be shown by another channel too
        end = Status.DOUBTFUL if unsure_since else verdict.end or Status.DEAD
        return Outcome(end, now, due_at=now, attempts=letter.attempts, refusal=refusal)
    if verdict.closing is not None:  # nothing was wrong with this message: the try is not counted
        due_at, attempts = rules.reopening(verdict.closing, now), letter.attempts - 1
    else:
        due_at, attempts = now + rules.pause(letter.attempts, post.rng), letter.attempts
    return Outcome(Status.WAITING, now, due_at, attempts, unsure_since=unsure_since, refusal=refusal)


def _log(letter: Letter, outcome: Outcome, status: Status | None) -> None:
    alarm = outcome.refusal is not None and outcome.refusal.verdict.alarm
    say = log.error if alarm or outcome.status in LOUD else log.info
    say(
        "message",
        message=str(letter.id),
        member=alias(letter.member_id),
        template=letter.template,
        channel=letter.channel,
        outcome=str(outcome.status),
        status=str(status),
        attempts=outcome.attempts,
        error=str(outcome.refusal) if outcome.refusal else None,
    )
