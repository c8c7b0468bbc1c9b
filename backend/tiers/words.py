from collections.abc import Iterable, Mapping

from backend.kit.money import PER_TEN_THOUSAND, yuan
from backend.tiers.book import Benefits
from backend.tiers.conditions import Need, Way


def way_words(way: Way, names: Mapping[str, str]) -> str:
    """What members read as a way to reach or to keep a tier; `names` are those of tiers by code."""
    return "并".join(need_words(need, names) for need in way)


def ways_words(ways: Iterable[Way], names: Mapping[str, str]) -> str:
    """What members read as all the ways of which one is enough."""
    return "或".join(way_words(way, names) for way in ways)


def need_words(need: Need, names: Mapping[str, str]) -> str:
    """What members read as one thing that is missing."""
    friend = f"成为{names.get(need.tier, '')}会员" if need.tier else "消费"
    told = {
        "spent": f"再消费{yuan(need.missing)}",
        "spent-in-a-day": f"单日{'再' if need.had else ''}消费{yuan(need.missing)}",
        "purchases": f"再消费{need.missing}次",
        "growth": f"再得{need.missing}成长值",
        "friends": f"再有{need.missing}位好友{friend}",
        "paid-membership": "开通付费会员",
    }
    return told[need.kind]


def benefits_words(benefits: Benefits) -> list[str]:
    """What members and tills read as what a tier gives; what it does not give is not named."""
    told = [
        (benefits.price < PER_TEN_THOUSAND, f"{_tenths(benefits.price)}折"),
        (benefits.multiplier != PER_TEN_THOUSAND, f"{_times(benefits.multiplier)}倍积分"),
        (benefits.birthday_gift_points, f"生日礼{benefits.birthday_gift_points}积分"),
        (benefits.parking_minutes, f"免费停车{benefits.parking_minutes}分钟"),
        (benefits.free_shipping, "免运费"),
        (benefits.early_access_hours, f"提前{benefits.early_access_hours}小时选购"),
        (benefits.priority_service, "优先服务"),
        (benefits.shopper_visits, f"专属导购{benefits.shopper_visits}次"),
    ]
    return [words for given, words in told if given]


def _tenths(price: int) -> str:
    """A price as shops say it: 9,500 is 95折, 9,000 is 9折, 9,250 is 92.5折, 500 is 0.5折."""
    if price % 1_000 == 0 or price < 1_000:  # noqa: PLR2004  whole tenths
        return _decimal(price, 1_000)
    return _decimal(price, 100)


def _times(multiplier: int) -> str:
    return _decimal(multiplier, PER_TEN_THOUSAND)


def _decimal(amount: int, unit: int) -> str:
    """A number of units with as many decimals as it has."""
    decimals = len(str(unit)) - 1
    return f"{amount // unit}.{amount % unit:0{decimals}d}".rstrip("0").rstrip(".")
