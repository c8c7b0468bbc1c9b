"""The processes of a soak: they take their steps day by day, are killed, and are followed by others that go on."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from ctypes import c_longlong
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Final

from bench.soak.place import runtime_of
from bench.soak.shift import Dangers, Shift
from bench.soak.world import World
from bench.soak.year import Year

TELL_EVERY_S: Final = 0.2
_context = get_context("spawn")


@dataclass(frozen=True)
class Order:
    """What a process is told to do: "trade" of a day from a step on, its "night", or to "leave"."""

    what: str
    day: int = 0
    begin: int = 0
    spared: bool = False


@dataclass
class Hand:
    """A process of the crew, its predecessors among it."""

    url: str
    world: World
    year: Year
    dangers: Dangers
    tally: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.steps: Any = _context.RawValue(c_longlong, 0)
        self.order = Order("trade")
        self._start()

    def tell(self, order: Order) -> None:
        """Let it do something."""
        self.order = order
        self.pipe.send(order)

    def hear(self) -> bool:
        """Take in what it says, or begin anew where it was killed; True when it is done with its order."""
        try:
            said, *more = self.pipe.recv()
        except EOFError:
            self._follow()
            return False
        self.tally.update(more.pop(0))
        self.faults += more.pop(0)
        if said == "dying":
            begin, self.world = more
            self.order = Order(self.order.what, self.order.day, begin, spared=True)
        elif said == "gone":
            (self.world,) = more
            self.process.join()
        return bool(said != "dying")

    def _follow(self) -> None:
        """Another process goes on where one was killed."""
        self.process.join()
        if self.process.exitcode != -signal.SIGKILL or not self.order.spared:
            raise RuntimeError(f"a process ended by itself with {self.process.exitcode}")
        self.tally["! killed"] += 1
        self._start()
        self.pipe.send(self.order)

    def _start(self) -> None:
        self.pipe, theirs = _context.Pipe()
        given = (self.url, self.world, self.year, self.dangers, theirs, self.steps)
        self.process = _context.Process(target=_work, args=given, daemon=True)
        self.process.start()
        theirs.close()


def run_year(hands: list[Hand], *, tell: Callable[[int], None]) -> None:
    """All days and nights; `tell` is told now and then how many steps were taken."""
    for day in range(hands[0].year.days):
        _all(hands, [Order("trade", day, hand.year.steps_of(day).start) for hand in hands], tell)
        _all(hands, [Order("night", day)] * len(hands), tell)
    _all(hands, [Order("leave")] * len(hands), tell)


def _all(hands: list[Hand], orders: list[Order], tell: Callable[[int], None]) -> None:
    for hand, order in zip(hands, orders, strict=True):
        hand.tell(order)
    busy = list(hands)
    while busy:
        ready = wait([hand.pipe for hand in busy], timeout=TELL_EVERY_S)
        busy = [hand for hand in busy if not (hand.pipe in ready and hand.hear())]
        tell(sum(hand.steps.value for hand in hands))


def _work(url: str, world: World, year: Year, dangers: Dangers, pipe: Connection, steps: Any) -> None:
    """The life of a process."""

    def kill(at: int) -> None:
        pipe.send(("dying", shift.tally, shift.faults, at, shift.world))
        os.kill(os.getpid(), signal.SIGKILL)

    def passed() -> None:
        steps.value += 1

    shift = Shift(runtime_of(url), world, year, dangers, kill, passed)
    while True:
        order: Order = pipe.recv()
        if order.what == "trade":
            shift.trade(order.day, begin=order.begin, spared=order.spared)
        elif order.what == "night":
            shift.night(order.day, spared=order.spared)
        else:
            pipe.send(("gone", shift.tally, shift.faults, shift.world))
            return
        pipe.send(("done", shift.tally, shift.faults))
        shift.tally, shift.faults = Counter(), []
