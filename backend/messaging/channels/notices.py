"""Subscription notices of the official account, for accepts that its pages and articles have asked for."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from backend.messaging.channels.accepts import Accepts
from backend.messaging.channels.protocol import NEVER, Letter, Receipt, Refused, Wanted
from backend.messaging.channels.wechat import refused_by
from backend.messaging.wording import CATALOGUE, fields
from backend.wechat import JumpRefused, MiniProgram, MiniProgramPage, OfficialAccount, WeChatError
from templates_msg.catalogue import Template

log = structlog.get_logger(__name__)

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
        page = MiniProgramPage(self._mini_program.appid, CATALOGUE[letter.template].page)
        try:
            try:
                return self._sent(letter, page)
            except JumpRefused as refusal:
                log.warning("messages.jump-refused", template=letter.template, errcode=refusal.errcode)
                return self._sent(letter, None)
        except WeChatError as error:
            raise refused_by(error) from error

    def learn(self, session: Session, letter: Letter, refusal: Refused | None, *, now: datetime) -> None:
        """An accept was used up, or there was none."""
        self._accepts.learn(session, letter, refusal, now=now)

    def _sent(self, letter: Letter, page: MiniProgramPage | None) -> Receipt:
        msgid = self._account.send_notice(
            letter.address,
            self._accepts.template_ids[letter.template],
            fields(CATALOGUE[letter.template].subscription, letter.words),
            mini_program=page,
        )
        return Receipt(msgid)
