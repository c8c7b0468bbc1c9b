import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sqlalchemy.orm import Session

from backend import checkin, members, points, tiers
from backend.oa import texts

AROUND_A_WORD = " \t\r\n\u3000。.!?,、~…「」『』“”\"'《》[]【】"
SHOWN_OF_A_CARD_NO = 4


@dataclass(frozen=True)
class Links:
    """How a text message leads into the mini-program; a WeChat that cannot open one is shown the guide page."""

    mini_program_appid: str
    guide_url: str

    def to(self, page: str, words: str) -> str:
        href, appid, path = escape(self.guide_url), escape(self.mini_program_appid), escape(page)
        return f'<a href="{href}" data-miniprogram-appid="{appid}" data-miniprogram-path="{path}">{words}</a>'


Answer = Callable[[Session, int, datetime, Links], str]


def answer_to(words: str) -> Answer | None:
    """Who answers what a user wrote or which menu button was pressed; None for words we do not know."""
    return ANSWERS.get(unicodedata.normalize("NFKC", words).strip(AROUND_A_WORD))


def card(session: Session, member_id: int, now: datetime, links: Links) -> str:
    """The member's card number, masked because a chat is read over shoulders, the tier, and the way to the card."""
    card_no = members.get(session, member_id).card_no
    masked = "*" * (len(card_no) - SHOWN_OF_A_CARD_NO) + card_no[-SHOWN_OF_A_CARD_NO:]
    tier = tiers.standing(session, member_id, now=now).tier.name
    link = links.to(texts.CARD_PAGE, texts.OPEN_CARD_LINK)
    return texts.CARD_ANSWER.format(card_no=masked, tier=tier, link=link)


def balance(session: Session, member_id: int, now: datetime, links: Links) -> str:
    """What the member can spend, what of it expires next, and what is held back or owed if anything is."""
    found = points.summary(session, member_id, now=now)
    lines = [texts.POINTS_ANSWER.format(available=found.available)]
    if found.expiring:
        soonest = found.expiring[0]
        day = soonest.last_day
        lines.append(texts.POINTS_EXPIRING.format(points=soonest.points, year=day.year, month=day.month, day=day.day))
    if found.held:
        lines.append(texts.POINTS_HELD.format(held=found.held))
    if found.debt:
        lines.append(texts.POINTS_DEBT.format(debt=found.debt))
    return "\n".join([*lines, links.to(texts.POINTS_PAGE, texts.OPEN_POINTS_LINK)])


def check_in(session: Session, member_id: int, now: datetime, _links: Links) -> str:
    """Check in for today. Raises checkin.AlreadyCheckedIn."""
    visit = checkin.check_in(session, member_id, now=now)
    return texts.CHECKED_IN.format(streak=visit.streak, points=visit.points, balance=visit.balance)


ANSWERS: dict[str, Answer] = {texts.CARD: card, texts.POINTS: balance, texts.CHECK_IN: check_in}
