"""What a step is: who does something, at which instant, with which luck, and what may be answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TypeVar

from sqlalchemy.orm import Session

from backend.kit.db import run
from backend.runtime import Runtime
from bench.soak.world import World

T = TypeVar("T")


class Wrong(Exception):
    """The store answered what it must not."""


@dataclass(frozen=True)
class Turn:
    """One step's circumstances. `number` is the step's own: what it names by it is named the same when done again."""

    number: int
    runtime: Runtime
    world: World
    rng: Random
    now: datetime

    def write(self, work: Callable[[Session], T]) -> T:
        """A door call that may change something: one transaction."""
        return run(self.runtime.sessions.write, work)

    def read(self, work: Callable[[Session], T]) -> T:
        """A door call that only reads."""
        return run(self.runtime.sessions.read, work)

    def login(self, role: str) -> str:
        """Which operator acts."""
        return f"soak-{self.world.process}-{role}"

    def name(self, prefix: str) -> str:
        """A number that no other step of any process uses."""
        return f"{prefix}{self.world.process}-{self.number}"


@dataclass(frozen=True)
class Step:
    """Something that happens in a store: how often among ten thousand steps, and how it may be refused."""

    name: str
    often: int
    work: Callable[[Turn], None]
    refusals: frozenset[str] = frozenset()


def must(holds: bool, what: str) -> None:
    """Raises Wrong where a promise is broken."""
    if not holds:
        raise Wrong(what)
