"""Subscribe messages of the mini-program, for accepts that it has asked for."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from backend.messaging.channels.accepts import Accepts
from backend.messaging.channels.protocol import NEVER, Letter, Receipt, Refused, Wanted
from backend.messaging.channels.wechat import refused_by
from backend.messaging.wording import CATALOGUE, fields
from backend.wechat import ContentRefused, MiniProgram, ProgramState, WeChatError
from templates_msg.catalogue import Template

log = structlog.get_logger(__name__)

NAME: Final = "mini-program"
NO_SUCH_PAGE: Final = 41030


class SubscribeMessages:
    """The channel of a mini-program whose console holds the templates of `template_ids`, by our names of them.

    A tap opens the version of the mini-program that `state` names.
    """

    name = NAME
    price_fen = 0
    repeat_recognised_for: timedelta = NEVER

    def __init__(self, mini_program: MiniProgram, template_ids: Mapping[str, str], state: ProgramState) -> None:
        self._mini_program = mini_program
        self._accepts = Accepts(mini_program.appid, template_ids)
        self._state = state

    def carries(self, template: Template) -> bool:
        """Whether the message has fields, and the console a template for it."""
        return bool(template.subscription) and template.name in self._accepts.template_ids

    def addresses(self, session: Session, wanted: Collection[Wanted], *, now: datetime) -> dict[int, str]:  # noqa: ARG002  an accept has no end
        """The openids of those who have an accept left."""
        return self._accepts.addresses(session, wanted)

    def send(self, letter: Letter) -> Receipt:
        """Send it with its page; without, where the released version has no such page. Raises Refused."""
        page = CATALOGUE[letter.template].page
        try:
            try:
                return self._sent(letter, page)
            except ContentRefused as refusal:
                if refusal.errcode != NO_SUCH_PAGE:
                    raise
                log.error("messages.page-unknown", template=letter.template, page=page, rid=refusal.rid)  # noqa: TRY400  the operator is to release the page; where it was noticed is of no use
                return self._sent(letter, None)
        except WeChatError as error:
            raise refused_by(error) from error

    def learn(self, session: Session, letter: Letter, refusal: Refused | None, *, now: datetime) -> None:
        """An accept was used up, or there was none."""
        self._accepts.learn(session, letter, refusal, now=now)

    def _sent(self, letter: Letter, page: str | None) -> Receipt:
        msgid = self._mini_program.send_subscribe(
            letter.address,
            self._accepts.template_ids[letter.template],
            fields(CATALOGUE[letter.template].subscription, letter.words),
            page=page,
            state=self._state,
        )
        return Receipt(msgid)
