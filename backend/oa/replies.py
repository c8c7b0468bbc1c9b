from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from sqlalchemy.orm import Session

from backend import answers, checkin, coupons, lottery, mall, members, points, preferences, tiers
from backend.events import Search, upcoming
from backend.oa import texts
from config import policy

SHOWN_OF_A_CARD_NO = 4
SHOWN_OF_A_PICKUP_CODE = 2
MOST_LISTED = 3
GUIDE = "/wechat/guide"
HERE = "official-account"
IN_WECHAT = (preferences.OFFICIAL_ACCOUNT, preferences.MINI_PROGRAM)


@dataclass(frozen=True)
class Links:
    """How a text message leads into the mini-program, below `base_url` of the shop; a WeChat that cannot open one is
    shown the guide page.
    """

    mini_program_appid: str
    base_url: str

    def to(self, page: str, words: str) -> str:
        href, appid, path = escape(self.base_url + GUIDE), escape(self.mini_program_appid), escape(page)
        return f'<a href="{href}" data-miniprogram-appid="{appid}" data-miniprogram-path="{path}">{words}</a>'


Answer = Callable[[Session, int, datetime, Links], str]


def answer_to(words: str) -> Answer | None:
    """Who answers a member that wrote this or pressed that button; None for words we do not know."""
    wish = preferences.word_of(words)
    return WISHES[wish] if wish else ANSWERS.get(answers.plain(words))


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
    return checked_in(checkin.check_in(session, member_id, now=now))


def checked_in(visit: checkin.Visit) -> str:
    """What a check-in gave, and each reward that it reached on a line of its own."""
    said = texts.CHECKED_IN.format(streak=visit.streak, points=visit.points, balance=visit.balance)
    return "\n".join([said, *map(_reward, visit.rewards)])


def usable_coupons(session: Session, member_id: int, now: datetime, links: Links) -> str:
    """How many coupons the member can use, and which of them are over first."""
    count = coupons.ready_count(session, member_id, now=now)
    link = links.to(texts.COUPONS_PAGE, texts.OPEN_COUPONS_LINK)
    if not count:
        return f"{texts.NO_COUPONS}\n{link}"
    soonest = coupons.wallet(session, member_id, pocket="ready", limit=MOST_LISTED, now=now)
    told = coupons.terms_of_all(session, [(one.template_id, one.version) for one in soonest])
    lines = [
        texts.COUPON_LINE.format(name=told[one.template_id, one.version].name, day=_last_day(one.valid_until))
        for one in soonest
    ]
    return "\n".join([texts.COUPONS_ANSWER.format(count=count), *lines, link])


def exchanges(session: Session, member_id: int, now: datetime, links: Links) -> str:
    """The member's exchanges that are not with them yet; a chat is read over shoulders, so of a code only the end."""
    found = mall.under_way(session, member_id, limit=MOST_LISTED, now=now)
    lines = [texts.EXCHANGE_LINE.format(title=order.title, state=_state(order)) for order in found]
    ways = [links.to(texts.MALL_PAGE, texts.OPEN_MALL_LINK)]
    if found:
        ways.insert(0, links.to(texts.ORDERS_PAGE, texts.OPEN_ORDERS_LINK))
    return "\n".join([texts.EXCHANGES_ANSWER if found else texts.NO_EXCHANGES, *lines, *ways])


def events(session: Session, now: datetime, links: Links) -> str:
    """What is on: the next events, draws that can be played now, and the way to both."""
    ahead = upcoming(session, Search(), after=None, now=now, limit=MOST_LISTED)
    running = [one for one in lottery.current(session, now=now, limit=MOST_LISTED) if one.phase(now) == "open"]
    lines = [texts.EVENT_LINE.format(title=one.title, day=_day(one.starts_at)) for one in ahead]
    lines += [texts.DRAW_LINE.format(title=one.title, day=_last_day(one.ends_at)) for one in running]
    ways = [links.to(texts.EVENTS_PAGE, texts.OPEN_EVENTS_LINK)]
    if running:
        ways.insert(0, links.to(texts.DRAWS_PAGE, texts.OPEN_DRAWS_LINK))
    return "\n".join([texts.EVENTS_ANSWER if lines else texts.NO_EVENTS, *lines, *ways])


def refuse_marketing(session: Session, member_id: int, now: datetime, links: Links) -> str:
    """Send no more marketing through WeChat; what goes on nevertheless, and the way back."""
    return _chosen(session, member_id, now, links, wanted=False)


def welcome_marketing(session: Session, member_id: int, now: datetime, links: Links) -> str:
    """Send marketing through WeChat again."""
    return _chosen(session, member_id, now, links, wanted=True)


def _chosen(session: Session, member_id: int, now: datetime, links: Links, *, wanted: bool) -> str:
    preferences.choose_marketing(session, member_id, IN_WECHAT, wanted=wanted, source=HERE, now=now)
    link = links.to(texts.PREFERENCES_PAGE, texts.OPEN_PREFERENCES_LINK)
    return (texts.MARKETING_ON if wanted else texts.MARKETING_OFF).format(link=link)


def _reward(reward: checkin.StepReward) -> str:
    numbers = {
        texts.GIFT_POINTS: reward.points,
        texts.GIFT_COUPONS: len(reward.coupons),
        texts.GIFT_TICKETS: sum(one["count"] for one in reward.tickets),
    }
    gifts = "、".join(words.format(number=number) for words, number in numbers.items() if number)
    return texts.CHECK_IN_REWARD.format(
        reached=texts.CHECK_IN_REACHED[reward.kind].format(days=reward.step), gifts=gifts
    )


def _last_day(before: datetime) -> str:
    return _day(before - timedelta(microseconds=1))


def _day(at: datetime) -> str:
    day = at.astimezone(policy.SHOP_ZONE)
    return texts.DAY.format(month=day.month, day=day.day)


def _state(order: mall.Order) -> str:
    if order.pick_up is None:
        return texts.EXCHANGE_STATES[order.status]
    end = order.pick_up.code[-SHOWN_OF_A_PICKUP_CODE:]
    return texts.TO_PICK_UP.format(day=_last_day(order.pick_up.until), code=end)


ANSWERS: dict[str, Answer] = {
    texts.CARD: card,
    texts.POINTS: balance,
    texts.COUPONS: usable_coupons,
    texts.CHECK_IN: check_in,
    texts.EXCHANGE: exchanges,
}
WISHES: dict[preferences.Word, Answer] = {
    preferences.Word.REFUSE: refuse_marketing,
    preferences.Word.WELCOME: welcome_marketing,
}
