"""A store as `make run` starts it, for tests: real processes on free ports."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.sources import ROOT
from tests.support.ports import free_ports
from tests.support.programs import Done, run_program

READY_WITHIN_S = 120
ENDS_WITHIN_S = 60
FEW_MEMBERS = "3"


@dataclass(frozen=True)
class Store:
    """A running store and what its launcher says."""

    launcher: subprocess.Popen[bytes]
    folder: Path
    environment: dict[str, str]

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text("utf-8")

    def log(self, name: str) -> str:
        return (self.folder / "log" / f"{name}.log").read_text("utf-8")

    def walk(self) -> Done:
        """Walk through it as an outsider."""
        arguments = ["-m", "scripts.walk", "--demo-file", self.folder / "demo.json"]
        return run_program(sys.executable, *arguments, env={"PYTHONIOENCODING": "utf-8"})

    def flask(self, *arguments: str) -> Done:
        """Run a command on its database."""
        return run_program(sys.executable, "-m", "flask", "--app", "wsgi", *arguments, env=self.environment)

    def end(self, number: int = signal.SIGINT) -> int:
        """Ask the launcher to end; its exit code."""
        self.launcher.send_signal(number)
        return self.launcher.wait(ENDS_WITHIN_S)

    def children(self) -> list[int]:
        """The processes that the launcher started."""
        path = Path(f"/proc/{self.launcher.pid}/task/{self.launcher.pid}/children")
        return [int(pid) for pid in path.read_text().split()]


@contextmanager
def launched(folder: Path, **settings: str) -> Iterator[Store]:
    """A store on free ports with all its files in `folder`, started and ready; ended at the end if it still runs."""
    store = start(folder, **settings)
    try:
        wait_for(store, lambda: "is ready" in store.said, within_s=READY_WITHIN_S)
        yield store
    finally:
        if store.launcher.poll() is None:
            store.end()


def start(folder: Path, **settings: str) -> Store:
    """Start the launcher and wait for nothing."""
    port, simulator_port = free_ports(2)
    environment = {
        "PATH": os.environ["PATH"],
        "ENVIRONMENT": "development",
        "DATABASE_URL": f"sqlite:///{folder / 'baihui.db'}",
        "VAR_DIR": str(folder),
        "PORT": str(port),
        "SIMULATOR_PORT": str(simulator_port),
        "DEMO_MEMBERS": FEW_MEMBERS,
        **settings,
    }
    with (folder / "said").open("wb") as said:
        launcher = subprocess.Popen(
            [sys.executable, "-u", "-m", "scripts.run"],
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Store(launcher, folder, environment)


def wait_for(store: Store, is_so, *, within_s: float) -> None:
    """Wait until it is so; fails when the launcher has ended or the time is over."""
    end = time.monotonic() + within_s
    while not is_so():
        assert store.launcher.poll() is None, f"the launcher has ended:\n{store.said}"
        assert time.monotonic() < end, f"not so within {within_s} s:\n{store.said}"
        time.sleep(0.05)
