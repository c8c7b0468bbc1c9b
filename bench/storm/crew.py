"""Delivery processes, and who kills them."""

import subprocess
import sys
from random import Random
from typing import Self

from bench.storm.hourglass import Hourglass


class Crew:
    """So many delivery processes; one that is killed is replaced at once. To be used with `with`."""

    def __init__(self, database_url: str, wechat_url: str, clock: Hourglass, *, size: int) -> None:
        self._command = [sys.executable, "-m", "bench.storm.deliverer", database_url, wechat_url, str(clock)]
        self._processes: list[subprocess.Popen[bytes]] = []
        self._size = size
        self.killed = 0

    def __enter__(self) -> Self:
        self._processes = [subprocess.Popen(self._command) for _ in range(self._size)]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    def kill_one(self, luck: Random) -> None:
        """SIGKILL, whatever it is doing; another process begins."""
        place = luck.randrange(self._size)
        self._processes[place].kill()
        self._processes[place].wait()
        self._processes[place] = subprocess.Popen(self._command)
        self.killed += 1
