"""What a coupon is worth in a few large words and a small line. Pure."""

from backend.coupons import Worth
from backend.kit.money import yuan

TENTH = 1000  # 一折, per ten thousand
FREE = "无门槛"


def worth_words(worth: Worth) -> tuple[str, str]:
    """The large words (¥50, 8.5折, 兑换) and the small line below them."""
    match worth.kind:
        case "cash-off":
            words = short_yuan(worth.off_fen), _threshold(worth.threshold_fen, every=worth.every)
        case "percent-off":
            words = f"{_tenths(worth.price)}折", _threshold(worth.threshold_fen)
        case "fixed-price":
            words = short_yuan(worth.price_fen), "一口价"
        case "parking":
            words = _time(worth.minutes), "停车"
        case "shipping":
            words = short_yuan(worth.most_fen) if worth.most_fen else "包邮", "运费券"
        case "gift":
            words = "兑换", worth.what
        case "service":
            words = "服务", worth.what
    return words


def short_yuan(fen: int) -> str:
    """¥50, and ¥49.90 where there are fen."""
    return yuan(fen).removesuffix(".00")


def _threshold(fen: int, *, every: bool = False) -> str:
    return f"{'每' if every else ''}满{short_yuan(fen).removeprefix('¥')}可用" if fen else FREE


def _tenths(price: int) -> str:
    whole, rest = divmod(price, TENTH)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def _time(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours}小时" if hours and not rest else f"{minutes}分钟"
