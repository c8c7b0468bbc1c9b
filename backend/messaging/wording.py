"""How the catalogue's wordings become what a phone shows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from backend.wechat import fit
from config import policy
from templates_msg import catalogue
from templates_msg.catalogue import Field, Template

CATALOGUE: Final = catalogue.load()

REASONS: Final = {
    "purchase": "消费积分",
    "check-in": "签到奖励",
    "join": "入会礼",
    "profile": "完善资料奖励",
    "rule": "活动奖励",
    "share": "分享奖励",
    "referral": "邀请奖励",
    "registration": "报名奖励",
    "attendance": "到场奖励",
    "survey": "问卷奖励",
    "birthday": "生日礼",
    "tier-gift": "等级礼",
    "grant": "积分赠送",
    "adjustment": "积分调整",
    "transfer-in": "收到转赠",
}
OTHER_REASON: Final = "积分到账"
NOTHING_TO_DO: Final = "到期后按规则重新评定"
BIRTHDAY_WISH: Final = "祝您生日快乐！"
NO_CODE: Final = "-"
NO_GIFT_FOR_JOINING: Final = "到店出示会员码，消费即享积分"
NO_POINTS_FOR_ANSWERS: Final = "帮助我们做得更好"
WHERE_PRIZES_ARE: Final = {"points": "积分已到账", "coupon": "优惠券已放入卡包"}
TITLE_OF_THE_FORGOTTEN: Final = "会员消息"
WHY_ENDED: Final = {"lapsed": "超过提货期限，未领取", "returned": "商品已退回"}


def reason(source_kind: str) -> str:
    """What members read as the reason of points."""
    return REASONS.get(source_kind, OTHER_REASON)


def instant(at: datetime) -> str:
    """An instant as WeChat's time fields take it, in the shop's zone."""
    local = at.astimezone(policy.SHOP_ZONE)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def day(at: datetime) -> str:
    """The shop day of an instant, as WeChat's date fields take it."""
    return day_words(at.astimezone(policy.SHOP_ZONE).date())


def day_words(shop_day: date) -> str:
    """A shop day, as WeChat's date fields take it."""
    return f"{shop_day.year}年{shop_day.month}月{shop_day.day}日"


def last_day(before: datetime) -> str:
    """The last shop day of what is good before an instant, as WeChat's date fields take it."""
    return day(before - timedelta(microseconds=1))


def how_to_get(kind: str, pick_up_by: datetime | None) -> str:
    """How a member gets a prize of a kind, goods before an instant; it fits WeChat's 20 characters."""
    return f"最迟{last_day(pick_up_by)}到店领取" if pick_up_by else WHERE_PRIZES_ARE[kind]


def survey_reward(points: int) -> str:
    """What an answer to a survey brings."""
    return f"可得{points}积分" if points else NO_POINTS_FOR_ANSWERS


def why_ended(ended_by: str) -> str:
    """Why points of an exchange came back where nobody at the shop said it in words."""
    return WHY_ENDED[ended_by]


def fields(shown: Sequence[Field], words: Mapping[str, str]) -> dict[str, str]:
    """The fields of a message of WeChat, each cut so that WeChat takes it. Raises KeyError for a word not given."""
    return {field.key: fit(field.key, field.wording.format_map(words)) for field in shown}


def plain_text(template: Template, words: Mapping[str, str]) -> str:
    """A message in sentences. Raises KeyError for a word not given."""
    return template.text.format_map(words)


def title(template: str) -> str:
    """The title of a message, also of one that the catalogue holds no more."""
    return CATALOGUE[template].title if template in CATALOGUE else TITLE_OF_THE_FORGOTTEN


def lines(template: str, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """The labels and whole texts that the inbox shows; without those for which an old message has no words."""
    shown = CATALOGUE[template].lines if template in CATALOGUE else ()
    texts = ((field.label, _text(field, words)) for field in shown)
    return [(label, text) for label, text in texts if text is not None]


def console_templates(template_ids: Mapping[str, str], *, subscription: bool = False) -> dict[str, dict[str, object]]:
    """The templates by id as WeChat's console shows them: {template_id: {title, fields: [{key, label}]}}.

    Those of template messages, or of subscription notices and subscribe messages.
    """
    return {
        template_id: {
            "title": CATALOGUE[name].title,
            "fields": [
                {"key": field.key, "label": field.label}
                for field in (CATALOGUE[name].subscription if subscription else CATALOGUE[name].official_account)
            ],
        }
        for name, template_id in template_ids.items()
        if name in CATALOGUE
    }


def _text(field: Field, words: Mapping[str, str]) -> str | None:
    try:
        return field.wording.format_map(words)
    except KeyError:
        return None
