"""What the signals of an invitation amount to: a score with the reasons for it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final, Literal

Code = Literal[
    "shared-device",
    "inviter-device",
    "shared-ip",
    "shared-net",
    "phone-prefix",
    "quick-purchase",
    "minimal-purchase",
    "same-bill",
    "same-store",
    "fresh-inviter",
    "blocked-device",
    "blocked-net",
]
HIGHEST: Final = 100
PHONE_PREFIX: Final = 7  # digits: the operator and the place, and not the person
V4_PREFIX, V6_PREFIX = 24, 48

WORDS: Final[dict[Code, str]] = {
    "shared-device": "同一设备上注册了 {value} 位会员",
    "inviter-device": "与邀请人使用同一设备",
    "shared-ip": "同一网络地址注册了 {value} 位会员",
    "shared-net": "同一网段注册了 {value} 位会员",
    "phone-prefix": "同一手机号段注册了 {value} 位会员",
    "quick-purchase": "入会后 {value} 分钟即消费",
    "minimal-purchase": "消费金额仅高出门槛 {value}%",
    "same-bill": "同一专柜同一金额的首单共 {value} 笔",
    "same-store": "该邀请人的好友在同一门店的首单共 {value} 笔",
    "fresh-inviter": "邀请人入会仅 {value} 天",
    "blocked-device": "设备在黑名单中",
    "blocked-net": "网络在黑名单中",
}
DOWNWARDS: Final[frozenset[Code]] = frozenset({"quick-purchase", "minimal-purchase", "fresh-inviter"})
"""Signals that tell the more the smaller they are; all others tell the more the larger."""


@dataclass(frozen=True)
class Weight:
    """From `at` on (up to it, for those that tell downwards) a signal weighs `weight`, and `each` more for each one
    above, `most` in all.
    """

    code: Code
    at: int
    weight: int
    each: int
    most: int


@dataclass(frozen=True)
class Reason:
    """What a signal was and what it weighed."""

    code: Code
    value: int
    weight: int

    @property
    def words(self) -> str:
        """The reason as operators read it."""
        return words_of(self.code, self.value)


@dataclass(frozen=True)
class Assessment:
    """0 (nothing was found) to 100, with the reasons, the heaviest first."""

    score: int
    reasons: tuple[Reason, ...]


Evidence = dict[Code, int]
"""The value of each signal; one that is not known is absent and weighs nothing."""


def assess(evidence: Evidence, weights: Iterable[Weight]) -> Assessment:
    """What signals amount to by the weights of the book."""
    known = [(one, evidence[one.code]) for one in weights if one.code in evidence]
    found = [Reason(one.code, value, weighed(one, value)) for one, value in known]
    reasons = sorted((one for one in found if one.weight), key=lambda one: (-one.weight, one.code))
    return Assessment(min(sum(one.weight for one in reasons), HIGHEST), tuple(reasons))


def words_of(code: str, value: int) -> str:
    """A signal as operators read it; one that there is no more is told by its code."""
    return next((words for known, words in WORDS.items() if known == code), code).format(value=value)


def weighed(weight: Weight, value: int) -> int:
    """What a value of a signal weighs."""
    over = weight.at - value if weight.code in DOWNWARDS else value - weight.at
    return min(weight.weight + weight.each * over, weight.most) if over >= 0 else 0


def network(address: str) -> str | None:
    """The network that an IP address is in: /24 of the old kind, /48 of the new; None for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    prefix = V4_PREFIX if found.version == 4 else V6_PREFIX  # noqa: PLR2004  the version's name
    return str(ip_network(f"{found}/{prefix}", strict=False))


def signals_of(*, device: str | None, address: str | None, phone: str | None) -> Sequence[tuple[str, str]]:
    """The kinds and values of what somebody was seen with; what is not known is left out."""
    known = {"device": device, "ip": address, "net": network(address or ""), "phone": phone and phone[:PHONE_PREFIX]}
    return [(kind, value) for kind, value in known.items() if value]
