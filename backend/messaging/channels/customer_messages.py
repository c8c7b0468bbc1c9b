"""Customer messages of the official account, within the window that a follower has opened by writing."""

from collections.abc import Collection
from datetime import datetime, timedelta
from html import escape
from typing import Final

from sqlalchemy.orm import Session

from backend import conversations, members
from backend.kit.db import Sessions, run
from backend.kit.errors import Unavailable
from backend.messaging.channels.protocol import NEVER, Letter, Receipt, Refused, Wanted
from backend.messaging.channels.wechat import refused_by
from backend.messaging.rules import NOT_FOLLOWING, Status, Verdict
from backend.messaging.wording import CATALOGUE, plain_text
from backend.wechat import MiniProgram, OfficialAccount, Unreached, WeChatError
from templates_msg.catalogue import Template

NAME: Final = "customer-service"
OUT_OF_WINDOW: Final = {45015, 45047}
SPENT: Final = "window-spent"
UNREACHED: Final = "unreached"
LINK: Final = '<a href="{guide}" data-miniprogram-appid="{appid}" data-miniprogram-path="{page}">查看详情</a>'
LONGEST: Final = 500  # characters of the text, so that the link fits beside it


class CustomerMessages:
    """The channel of an official account to those whose window is open.

    What WeChat lets through is counted before a message leaves, in a transaction of its own: however many deliverers
    there are, no more is sent than the window holds.
    """

    name = NAME
    price_fen = 0
    repeat_recognised_for: timedelta = NEVER

    def __init__(
        self, account: OfficialAccount, mini_program: MiniProgram, sessions: Sessions, *, guide_url: str
    ) -> None:
        self._account = account
        self._mini_program = mini_program
        self._sessions = sessions
        self._guide_url = guide_url

    def carries(self, template: Template) -> bool:
        """Whether it can be said in a sentence."""
        return bool(template.text)

    def addresses(self, session: Session, wanted: Collection[Wanted], *, now: datetime) -> dict[int, str]:
        """Those who follow and whose window is open, as IDENTITY_ID OPENID."""
        followers = members.following_identities(session, {one.member_id for one in wanted}, appid=self._account.appid)
        windows = conversations.service_windows(session, [one.id for one in followers.values()], now=now)
        return {
            one.id: f"{identity.id} {identity.openid}"
            for one in wanted
            if (identity := followers.get(one.member_id)) and identity.id in windows and windows[identity.id].is_open
        }

    def send(self, letter: Letter) -> Receipt:
        """Send it while the window holds one more message. Raises Refused."""
        identity_id, openid = _parts(letter.address)
        if not self._reserve(identity_id, letter.claimed_at):
            raise Refused(Verdict(end=Status.UNREACHABLE), "the window is spent", errcode=SPENT)
        try:
            self._account.send_custom(openid, self._said(letter))
        except Unreached as error:
            raise _never_left(refused_by(error)) from error
        except WeChatError as error:
            raise refused_by(error) from error
        return Receipt("")

    def learn(self, session: Session, letter: Letter, refusal: Refused | None, *, now: datetime) -> None:
        """What never left us is given back to the window; where WeChat says that it is shut, it is."""
        if refusal is None:
            return
        identity_id, openid = _parts(letter.address)
        if refusal.errcode == UNREACHED:
            conversations.give_back(session, identity_id, reserved_at=letter.claimed_at)
        elif refusal.errcode in OUT_OF_WINDOW:
            conversations.shut(session, identity_id, reserved_at=letter.claimed_at)
        elif refusal.errcode in NOT_FOLLOWING:
            members.unfollow(session, appid=self._account.appid, openid=openid, now=now)

    def _reserve(self, identity_id: int, now: datetime) -> bool:
        try:
            return run(self._sessions.write, lambda session: conversations.reserve(session, identity_id, now=now))
        except Unavailable as error:
            raise Refused(Verdict(), "the window cannot be asked") from error

    def _said(self, letter: Letter) -> str:
        template = CATALOGUE[letter.template]
        link = LINK.format(
            guide=escape(self._guide_url), appid=escape(self._mini_program.appid), page=escape(template.page)
        )
        return f"{plain_text(template, letter.words)[:LONGEST]}\n{link}"


def _parts(address: str) -> tuple[int, str]:
    identity_id, _, openid = address.partition(" ")
    return int(identity_id), openid


def _never_left(refusal: Refused) -> Refused:
    return Refused(refusal.verdict, str(refusal), errcode=UNREACHED)
