from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from backend.kit.calendar import day_end, day_start, shop_day
from config.policy import BRING_BACK_WITHIN_DAYS, PICK_UP_REMINDER_BEFORE, PICK_UP_WITHIN_DAYS, RECEIVED_AFTER_DAYS

Ways = Literal["pick-up", "shipping", "both"]

MOST: Final = 1_000_000_000  # of points, pieces and places; the columns hold 32 bits
MOST_ITEMS: Final = 20  # of an order
MOST_PIECES: Final = 99  # of an item in an order
MOST_AT_ONCE: Final = 10  # pieces of an order that are given at once: their templates are locked meanwhile
LONGEST_REASON: Final = 200
LONGEST_CARRIER: Final = 20  # as WeChat shows it
LONGEST_TRACKING_NO: Final = 32
LONGEST_LIMIT_DAYS: Final = 3_660
LONGEST: Final = {"title": 64, "subtitle": 128, "picture_url": 300, "description": 20_000, "category": 32}


def pick_up_by(placed_at: datetime) -> datetime:
    """An order can be picked up while `now < pick_up_by`: to the end of the last of PICK_UP_WITHIN_DAYS more days."""
    return day_end(shop_day(placed_at) + timedelta(days=PICK_UP_WITHIN_DAYS))


def reminded_until(now: datetime) -> datetime:
    """Whose time to be picked up ends before this instant is to be reminded at `now`."""
    return now + PICK_UP_REMINDER_BEFORE


def bring_back_by(received_at: datetime) -> datetime:
    """What was handed over can be brought back while `now < bring_back_by`: to the end of the last of the days."""
    return day_end(shop_day(received_at) + timedelta(days=BRING_BACK_WITHIN_DAYS))


def received_until(now: datetime) -> datetime:
    """What was handed over before this instant cannot be brought back any more at `now`."""
    return day_start(shop_day(now) - timedelta(days=BRING_BACK_WITHIN_DAYS))


def received_by(shipped_at: datetime) -> datetime:
    """What was shipped counts as received at this instant: the end of the last of RECEIVED_AFTER_DAYS more days."""
    return day_end(shop_day(shipped_at) + timedelta(days=RECEIVED_AFTER_DAYS))


def shipped_until(now: datetime) -> datetime:
    """What was shipped before this instant counts as received at `now`."""
    return day_start(shop_day(now) - timedelta(days=RECEIVED_AFTER_DAYS))


def is_ahead(at: datetime | None, now: datetime) -> bool:
    """Whether an instant, if there is one, is still to come."""
    return at is not None and now < at


def counted_from(now: datetime, days: int) -> datetime:
    """The beginning of `days` shop days of which today is the last."""
    return day_start(shop_day(now) - timedelta(days=days - 1))


def title_of(titles: Sequence[str], pieces: int) -> str:
    """What an order of some items is called: the one item, or the first of them and how many pieces there are."""
    return titles[0] if len(titles) == 1 else f"{titles[0]}等{pieces}件"


def refusal_of_terms(
    *,
    tier_points: Mapping[str, int],
    on_from: datetime | None,
    off_at: datetime | None,
    limit_pieces: int | None,
    limit_days: int | None,
    ways: str,
) -> str | None:
    """Why an item cannot be had on such terms, in words for the operator; None when it can."""
    if ways not in get_args(Ways):
        return "ways 须为 pick-up、shipping 或 both"
    if not all(code and 1 <= points <= MOST for code, points in tier_points.items()):
        return f"各等级的 points 须为 1 至 {MOST}"
    if on_from is not None and off_at is not None and on_from >= off_at:
        return "off_at 须晚于 on_from"
    if limit_days is not None and limit_pieces is None:
        return "limit_days 须与 limit_pieces 同时填写"
    pieces, days = (1 if given is None else given for given in (limit_pieces, limit_days))
    if not (1 <= pieces <= MOST and 1 <= days <= LONGEST_LIMIT_DAYS):
        return f"limit_pieces 须为 1 至 {MOST}，limit_days 须为 1 至 {LONGEST_LIMIT_DAYS}"
    return None


def refusal_of_pre_order(
    *,
    deposit_points: int | None,
    pick_up_from: datetime | None,
    pick_up_until: datetime | None,
    least_points: int,
    off_at: datetime | None,
) -> str | None:
    """Why an item that costs at least `least_points` cannot be ordered ahead like that, in words for the operator; None
    when it can, or is not to be.
    """
    if pick_up_from is None or pick_up_until is None:
        if pick_up_from is not pick_up_until:
            return "pick_up_from 与 pick_up_until 须同时填写"
        return None if deposit_points is None else "deposit_points 须与提货期同时填写"
    if pick_up_from >= pick_up_until:
        return "pick_up_until 须晚于 pick_up_from"
    if off_at is None or off_at > pick_up_until:
        return "预售商品须填写 off_at，且不晚于 pick_up_until"
    if deposit_points is not None and not 1 <= deposit_points < least_points:
        return "deposit_points 须至少为 1，且少于任一等级的 points"
    return None


def refusal(*, points: int = 1, money_fen: int = 0, stock: int = 0, position: int = 0, **texts: str) -> str | None:
    """Why an item cannot be like that, in words for the operator; None when it can."""
    if not 1 <= points <= MOST:
        return f"points 须为 1 至 {MOST}"
    if not 0 <= money_fen <= MOST:
        return f"money_fen 须为 0 至 {MOST}"
    if not (0 <= stock <= MOST and -MOST <= position <= MOST):
        return f"stock 须为 0 至 {MOST}，position 不超出 ±{MOST}"
    for name, text in texts.items():
        if len(text) > LONGEST[name] or not (name == "description" or text.isprintable()):
            return f"{name} 最多 {LONGEST[name]} 个字符，不能含控制字符"
    if not texts.get("title", "-").strip():
        return "title 不能为空"
    return None if _is_address(texts.get("picture_url", "")) else "picture_url 须以 https://、http:// 或 /media/ 开头"


def _is_address(text: str) -> bool:
    return not text or text.startswith(("https://", "http://", "/media/"))
