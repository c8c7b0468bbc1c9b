from collections.abc import Mapping
from typing import Protocol

from backend.messaging.channels.official_account import TemplateMessages
from backend.messaging.channels.protocol import Channel
from backend.wechat import MiniProgram, OfficialAccount


class Parts(Protocol):
    """What channels are made of; the runtime of a process is one."""

    @property
    def official_account(self) -> OfficialAccount: ...

    @property
    def mini_program(self) -> MiniProgram:
        """Where a tap on a message leads."""
        ...

    @property
    def template_ids(self) -> Mapping[str, str]:
        """WeChat's id of each template of the catalogue that the shop uses in template messages."""
        ...


def channels_of(parts: Parts) -> tuple[Channel, ...]:
    """The channels of a shop. One that lacks its settings carries nothing."""
    return (TemplateMessages(parts.official_account, parts.mini_program, parts.template_ids),)
