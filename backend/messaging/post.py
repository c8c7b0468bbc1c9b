from collections.abc import Mapping
from random import Random
from typing import Protocol

from backend.kit.clock import Clock
from backend.kit.db import Sessions
from backend.wechat import MiniProgram, OfficialAccount


class Post(Protocol):
    """What delivery works with; the runtime of a process is one."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def rng(self) -> Random: ...

    @property
    def official_account(self) -> OfficialAccount: ...

    @property
    def mini_program(self) -> MiniProgram:
        """Where a tap on a message leads."""
        ...

    @property
    def template_ids(self) -> Mapping[str, str]:
        """WeChat's id of each template of the catalogue that the shop uses."""
        ...
