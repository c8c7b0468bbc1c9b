"""What the channels of WeChat have in common, whichever of its APIs they speak to."""

from collections.abc import Callable

import structlog

from backend.messaging import rules
from backend.messaging.channels.protocol import Letter, Receipt, Refused
from backend.messaging.wording import CATALOGUE
from backend.wechat import JumpRefused, MiniProgram, MiniProgramPage, WeChatError

log = structlog.get_logger(__name__)


def refused_by(error: WeChatError) -> Refused:
    """The refusal that an error of WeChat is."""
    shown = rules.may_have_been_shown(error)
    return Refused(rules.verdict(error), error.reason, maybe_shown=shown, errcode=error.errcode)


def sent_with_jump(letter: Letter, program: MiniProgram, send: Callable[[MiniProgramPage | None], str]) -> Receipt:
    """Send a letter with the page that its message opens; without, where WeChat does not accept the jump.

    `send` answers WeChat's id of the message. Raises Refused.
    """
    page = MiniProgramPage(program.appid, CATALOGUE[letter.template].page)
    try:
        try:
            return Receipt(send(page))
        except JumpRefused as refusal:
            log.warning("messages.jump-refused", template=letter.template, errcode=refusal.errcode)
            return Receipt(send(None))
    except WeChatError as error:
        raise refused_by(error) from error
