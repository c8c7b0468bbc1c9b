from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FEN_PER_YUAN: Final = 100

SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "earned": "发放",
        "taken-back": "扣回",
        "spent": "使用",
        "given-back": "退回",
        "expired": "过期",
        "adjusted-up": "调增",
        "adjusted-down": "调减",
        "moved": "会员间转移",
        "written-off": "注销核销",
    }
)
MOVED: Final = frozenset({"transfer-out", "transfer-in", "merge-out", "merge-in", "merge-debt"})
WRITTEN_OFF: Final = frozenset({"closure", "closure-debt"})
ADJUSTED: Final = frozenset({"adjustment", "adjustment-reversal", "grant-reversal"})
SECTION_BY_KIND: Final[Mapping[str, str]] = MappingProxyType(
    {
        "earn": "earned",
        "spend": "spent",
        "take-back": "taken-back",
        "cancel": "given-back",
        "expire": "expired",
    }
)


def section_of(kind: str, source_kind: str, *, up: bool) -> str:
    """The one section of the liability report that a movement belongs to; `up` says that it adds points."""
    if source_kind in MOVED:
        return "moved"
    if source_kind in ADJUSTED:
        return "adjusted-up" if up else "adjusted-down"
    if source_kind in WRITTEN_OFF:
        return "written-off"
    return SECTION_BY_KIND[kind]


def value_fen(points: int, points_per_yuan: int) -> int:
    """What points are worth at the till, in whole fen towards zero."""
    worth = abs(points) * FEN_PER_YUAN // points_per_yuan
    return worth if points >= 0 else -worth
