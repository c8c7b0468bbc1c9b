"""A channel that carries every message to everybody, or to those it knows, and notes what it carried."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from threading import Lock

from backend.kit.clock import Clock
from backend.kit.db import Sessions
from backend.kit.limits import RateLimiter
from backend.messaging.channels import Receipt


@dataclass
class Pigeons:
    """`known`: the only members whom they find. Each flight costs `cost_fen`."""

    name: str = "notice"
    known: Collection[int] | None = None
    cost_fen: int = 0
    repeat_recognised_for: timedelta = timedelta(minutes=9)
    carried: Counter[int] = field(default_factory=Counter)
    words: list[Mapping[str, str]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @property
    def price_fen(self):
        return self.cost_fen

    def carries(self, template):
        return True

    def addresses(self, session, wanted, *, now):
        return {one.id: f"of {one.member_id}" for one in wanted if self.known is None or one.member_id in self.known}

    def send(self, letter):
        with self.lock:
            self.carried[letter.member_id] += 1
            self.words.append(letter.words)
        return Receipt(str(letter.id), self.cost_fen)

    def learn(self, session, letter, refusal, *, now):
        pass


@dataclass(frozen=True)
class PigeonPost:
    """What delivery works with."""

    sessions: Sessions
    clock: Clock
    channels: tuple[Pigeons, ...]
    daily_quotas: Mapping[str, int] = field(default_factory=dict)
    rng: Random = field(default_factory=lambda: Random(7))
    limiter: RateLimiter = field(default_factory=RateLimiter)
