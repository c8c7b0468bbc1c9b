"""The processes of a running store: started in order, watched, ended in the opposite order."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

GRACE_S: Final = 35.0  # the web server itself gives a running request 30 s
LOOK_EVERY_S: Final = 0.1
LAST_LINES: Final = 30
SHORTEST_LIFE_S: Final = 5.0  # what dies sooner would die again


class Stopped(Exception):
    """Someone asked us to end: Ctrl-C or SIGTERM."""


class Died(Exception):
    """A process ended by itself; `code` is its exit code."""

    def __init__(self, name: str, code: int, log: Path) -> None:
        super().__init__(f"{name} ended by itself (exit code {code}). The end of {log}:\n{_end_of(log)}")
        self.code = code


@dataclass(frozen=True)
class Child:
    """A running process and where its output goes."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    log: Path
    started: float
    replaceable: bool

    def is_to_be_replaced(self) -> bool:
        return self.replaceable and time.monotonic() - self.started > SHORTEST_LIFE_S


class Household:
    """All processes of this start."""

    def __init__(self, logs: Path, environment: Mapping[str, str], folder: Path) -> None:
        self._logs = logs
        self._environment = environment
        self._folder = folder
        self._children: list[Child] = []

    def start(self, name: str, command: Sequence[str], *, replaceable: bool = False) -> None:
        """Start a process; its output goes to a file of its name, the last start's output stays beside it.

        One that is replaceable is started anew when it dies, unless it had only just been started.
        """
        log = self._logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self._folder,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal reaches us alone: we end the others in order
            )
        self._children.append(Child(name, command, process, log, time.monotonic(), replaceable))

    def check(self) -> None:
        """Start anew what died and can be replaced. Raises Died for the first other process that is no more."""
        for child in tuple(self._children):
            code = child.process.poll()
            if code is not None and child.is_to_be_replaced():
                print(f"{child.name} ended by itself (exit code {code}) and is started anew.", flush=True)
                self._children.remove(child)
                self.start(child.name, child.command, replaceable=True)
            elif code is not None:
                raise Died(child.name, code, child.log)

    def wait_until(self, is_so: Callable[[], bool], *, within_s: float) -> bool:
        """Wait for `is_so`, watching all processes meanwhile. False when the time is over. Raises Died."""
        end = time.monotonic() + within_s
        while not is_so():
            self.check()
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_EVERY_S)
        return True

    def watch(self) -> NoReturn:
        """Stay until a process dies (Died) or someone asks us to end (Stopped)."""
        while True:
            self.check()
            time.sleep(LOOK_EVERY_S * 5)

    def log_of(self, name: str) -> str:
        """The end of what a process said."""
        return _end_of(self._logs / f"{name}.log")

    def end(self) -> None:
        """End all processes, the last started first, each given time to finish what it does."""
        for child in reversed(self._children):
            _end(child.process)


def listen_for_the_end() -> None:
    """From now on Ctrl-C and SIGTERM raise Stopped, once; further ones are ignored while we tidy up."""
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_of(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"  {line}" for line in lines[-LAST_LINES:]) or "  (it said nothing)"
