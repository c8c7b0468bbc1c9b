"""One process's share of the year: it takes its steps, lets some of them die, and begins those anew."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from traceback import format_exc

from backend.kit.errors import DomainError, Unavailable
from backend.runtime import Runtime
from bench.soak.doom import Crash, Doom, How
from bench.soak.kinds import CHANGE_THE_RULES, JOIN, STEPS
from bench.soak.night import SWEEP_EVERY, Night, nightly
from bench.soak.steps import Step, Turn
from bench.soak.world import World
from bench.soak.year import Year

FATES: tuple[tuple[How, int], ...] = (("crash", 200), ("cut", 3_000))  # one in so many steps
MOST_FAULTS = 20
FEWEST_SHOPPERS = 12
CHANGES_OF_RULES = 12  # of one process in a year


@dataclass(frozen=True)
class Dangers:
    """How often a process is killed: in one of so many steps, and in one of so many nights; 0 for never."""

    steps: int = 0
    nights: int = 0


@dataclass
class Shift:
    """A process at work. `tally` counts what happened by name, `faults` tells what must not have happened."""

    runtime: Runtime
    world: World
    year: Year
    dangers: Dangers
    kill: Callable[[int], None]
    passed: Callable[[], None]
    tally: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    now_at: int = 0

    def __post_init__(self) -> None:
        self.doom = Doom(self.runtime.sessions, kill=lambda: self.kill(self.now_at))
        self.often = [step.often for step in STEPS]

    def trade(self, day: int, *, begin: int = 0, spared: bool = False) -> None:
        """The steps of a day from number `begin`. `spared`: the first of them was cut short by a kill."""
        for number in self.year.steps_of(day):
            if number >= begin:
                self._step(number, self.year.instant_of(number, day), again=spared and number == begin)
                self.passed()

    def night(self, day: int, *, spared: bool = False) -> None:
        """The nightly jobs after a day, killed in the middle now and then."""
        self.now_at, rng = day, self._luck(day, "night")
        dies = self.dangers.nights and rng.randrange(self.dangers.nights) == 0 and not spared
        how: How = rng.choice(("killed-before", "killed-after"))
        self.doom.arm(how if dies else None, after=rng.randrange(6))
        sweeps = self.world.process == 0 and day % SWEEP_EVERY == SWEEP_EVERY - 1
        night = Night(self.runtime, self.year.night_after(day), rng, sweeps)
        self._guarded("night", lambda: self.tally.update(nightly(night)))
        self.doom.arm(None)

    def _step(self, number: int, now: datetime, *, again: bool) -> None:
        rng = self._luck(number, "step")
        step = self._drawn(number, rng)
        self.now_at = number
        if again:
            self._guarded(step.name, lambda: self._once(step, self._turn(number, now), lenient=True))
            return
        self.tally["steps"] += 1
        self.tally[step.name] += 1
        self.doom.arm(self._fate(number))
        self._guarded(step.name, lambda: self._in_danger(step, number, now))
        self.doom.arm(None)

    def _drawn(self, number: int, rng: Random) -> Step:
        if len(self.world.shoppers) < FEWEST_SHOPPERS:
            return JOIN
        changes = number % max(1, self.year.steps // CHANGES_OF_RULES) == 0
        return CHANGE_THE_RULES if changes else rng.choices(STEPS, self.often)[0]

    def _in_danger(self, step: Step, number: int, now: datetime) -> None:
        try:
            self._once(step, self._turn(number, now))
        except (Crash, Unavailable):
            how = self.doom.struck or "503"
            self.tally[f"! {how}"] += 1
            # what was cut may have been committed, and nobody was told
            self._once(step, self._turn(number, now), lenient=how != "crash")

    def _once(self, step: Step, turn: Turn, *, lenient: bool = False) -> None:
        try:
            step.work(turn)
        except DomainError as refusal:
            if isinstance(refusal, Unavailable) or not (lenient or refusal.code in step.refusals):
                raise
            self.tally[f"{step.name}: {refusal.code}"] += 1

    def _turn(self, number: int, now: datetime) -> Turn:
        return Turn(number, self.runtime, self.world, self._luck(number, "turn"), now)

    def _fate(self, number: int) -> How | None:
        rng = self._luck(number, "fate")
        if self.dangers.steps and rng.randrange(self.dangers.steps) == 0:
            return rng.choice(("killed-before", "killed-after"))
        return next((how for how, one_in in FATES if rng.randrange(one_in) == 0), None)

    def _guarded(self, name: str, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001  whatever it is, it is a finding
            self.tally["! fault"] += 1
            if len(self.faults) < MOST_FAULTS:
                self.faults.append(f"{name} {self.world.process}-{self.now_at}: {format_exc(limit=-6)}")

    def _luck(self, number: int, what: str) -> Random:
        return Random(f"{self.year.seed}:{self.world.process}:{number}:{what}")
