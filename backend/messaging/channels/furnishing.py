from collections.abc import Mapping
from typing import Protocol

from backend.kit.db import Sessions
from backend.mail import Mailer
from backend.messaging.channels.customer_messages import CustomerMessages
from backend.messaging.channels.mails import Mails
from backend.messaging.channels.notices import SubscriptionNotices
from backend.messaging.channels.official_account import TemplateMessages
from backend.messaging.channels.protocol import Channel
from backend.messaging.channels.sms import SmsMessages, Texting
from backend.messaging.channels.subscribe_messages import SubscribeMessages
from backend.wechat import MiniProgram, OfficialAccount, ProgramState


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

    @property
    def notice_template_ids(self) -> Mapping[str, str]:
        """Likewise, of subscription notices of the official account."""
        ...

    @property
    def subscribe_template_ids(self) -> Mapping[str, str]:
        """Likewise, of subscribe messages of the mini-program."""
        ...

    @property
    def program_state(self) -> ProgramState:
        """Which version of the mini-program its messages open."""
        ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def guide_url(self) -> str:
        """Where a link into the mini-program leads in an app that cannot open one."""
        ...

    @property
    def texting(self) -> Texting | None:
        """How SMS are sent; None: not at all."""
        ...

    @property
    def mailer(self) -> Mailer | None:
        """How mail is sent; None: not at all."""
        ...

    def unsubscribe_url(self, member_id: int) -> str:
        """Where a member ends marketing by mail."""
        ...


def channels_of(parts: Parts) -> tuple[Channel, ...]:
    """The channels of a shop. One that lacks its settings carries nothing, or is not there."""
    account, program = parts.official_account, parts.mini_program
    channels: list[Channel] = [
        TemplateMessages(account, program, parts.template_ids),
        SubscriptionNotices(account, program, parts.notice_template_ids),
        SubscribeMessages(program, parts.subscribe_template_ids, parts.program_state),
        CustomerMessages(account, program, parts.sessions, guide_url=parts.guide_url),
    ]
    if parts.texting is not None:
        channels.append(SmsMessages(parts.texting))
    if parts.mailer is not None:
        channels.append(Mails(parts.mailer, parts.unsubscribe_url))
    return tuple(channels)
