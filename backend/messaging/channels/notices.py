"""Subscription notices of the official account, for accepts that its pages and articles have asked for."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from backend.messaging.channels.accepts import Accepts
from backend.messaging.channels.protocol import NEVER, Letter, Receipt, Refused, Wanted
from backend.messaging.channels.wechat import sent_with_jump
from backend.messaging.wording import CATALOGUE, fields
from backend.wechat import MiniProgram, MiniProgramPage, OfficialAccount
from templates_msg.catalogue import Template

NAME: Final = "notice"


class SubscriptionNotices:
    """The channel of an official account whose console holds the templates of `template_ids`, by our names of them."""

    name = NAME
    price_fen = 0
    repeat_recognised_for: timedelta = NEVER

    def __init__(self, account: OfficialAccount, mini_program: MiniProgram, template_ids: Mapping[str, str]) -> None:
        self._account = account
        self._mini_program = mini_program
        self._accepts = Accepts(account.appid, template_ids)

    def carries(self, template: Template) -> bool:
        """Whether the notice has fields, and the console a template for it."""
        return bool(template.subscription) and template.name in self._accepts.template_ids

    def addresses(self, session: Session, wanted: Collection[Wanted], *, now: datetime) -> dict[int, str]:  # noqa: ARG002  an accept has no end
        """The openids of those who have an accept left."""
        return self._accepts.addresses(session, wanted)

    def send(self, letter: Letter) -> Receipt:
        """Send it with its page; without, where WeChat does not accept the jump. Raises Refused."""
        return sent_with_jump(letter, self._mini_program, partial(self._send, letter))

    def learn(self, session: Session, letter: Letter, refusal: Refused | None, *, now: datetime) -> None:
        """An accept was used up, or there was none."""
        self._accepts.learn(session, letter, refusal, now=now)

    def _send(self, letter: Letter, page: MiniProgramPage | None) -> str:
        return self._account.send_notice(
            letter.address,
            self._accepts.template_ids[letter.template],
            fields(CATALOGUE[letter.template].subscription, letter.words),
            mini_program=page,
        )
