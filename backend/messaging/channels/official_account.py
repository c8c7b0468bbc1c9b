"""Template messages of the official account, which lead into the mini-program."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from backend import members
from backend.messaging import rules
from backend.messaging.channels.protocol import Letter, Receipt, Refused, Wanted
from backend.messaging.channels.wechat import sent_with_jump
from backend.messaging.wording import CATALOGUE, fields
from backend.wechat import MiniProgram, MiniProgramPage, OfficialAccount
from templates_msg.catalogue import Template

NAME: Final = "official-account"


class TemplateMessages:
    """The channel of an official account whose console holds the templates of `template_ids`, by our names of them."""

    name = NAME
    price_fen = 0
    repeat_recognised_for: timedelta = rules.REPEAT_RECOGNISED_FOR

    def __init__(self, account: OfficialAccount, mini_program: MiniProgram, template_ids: Mapping[str, str]) -> None:
        self._account = account
        self._mini_program = mini_program
        self._template_ids = template_ids

    def carries(self, template: Template) -> bool:
        """Whether the template message has fields, and the console a template for it."""
        return bool(template.official_account) and template.name in self._template_ids

    def addresses(self, session: Session, wanted: Collection[Wanted], *, now: datetime) -> dict[int, str]:  # noqa: ARG002  following has no end
        """The openids of those who follow."""
        followers = members.following_identities(session, {one.member_id for one in wanted}, appid=self._account.appid)
        return {one.id: followers[one.member_id].openid for one in wanted if one.member_id in followers}

    def send(self, letter: Letter) -> Receipt:
        """Send it with its page; without, where WeChat does not accept the jump. Raises Refused."""
        return sent_with_jump(letter, self._mini_program, partial(self._send, letter))

    def learn(self, session: Session, letter: Letter, refusal: Refused | None, *, now: datetime) -> None:
        """Who does not follow any more is known to have left."""
        if refusal is not None and refusal.errcode in rules.NOT_FOLLOWING:
            members.unfollow(session, appid=self._account.appid, openid=letter.address, now=now)

    def _send(self, letter: Letter, page: MiniProgramPage | None) -> str:
        return self._account.send_template(
            letter.address,
            self._template_ids[letter.template],
            fields(CATALOGUE[letter.template].official_account, letter.words),
            client_msg_id=str(letter.id),
            mini_program=page,
        )
