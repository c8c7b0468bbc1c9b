"""The rules as operators change them in the middle of the year: each book anew, in force from an hour later."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from backend import earning, families, purchases, rulebooks, tiers
from bench.soak.steps import Turn

Definition = dict[str, Any]


def change_the_rules(turn: Turn) -> None:
    """One book is drafted and published; who drafted beside somebody else is told so."""
    kind = turn.rng.choice(tuple(BOOKS))
    turn.write(lambda session: publish(session, kind, turn.rng, by=turn.login("admin"), now=turn.now))


def publish(session: Session, kind: str, rng: Random, *, by: str, now: datetime) -> None:
    """The next version of a book. Raises rulebooks.BookOutdated where somebody else was quicker."""
    definition = BOOKS[kind](rng)
    CHECKED[kind](definition)
    newest = rulebooks.newest_published(session, kind)
    drafted = rulebooks.draft(session, kind, definition, based_on=newest, by=by, note="调整", now=now)
    rulebooks.publish(session, kind, drafted.version, live_from=now + timedelta(hours=1), by=by, now=now)


def _earning(rng: Random) -> Definition:
    """Points for each yuan, as always; of what else a house does, some."""
    chosen = rng.sample(PROMOTIONS, rng.randint(0, len(PROMOTIONS)))
    return {"groups": GROUPS, "rules": [*ALWAYS, *sorted(chosen, key=lambda rule: str(rule["code"]))]}


def _cash(rng: Random) -> Definition:
    return {
        "enabled": True,
        "points_per_yuan": 100,
        "min_points": 100,
        "step": 100,
        "max_share": rng.choice((5_000, 3_000, 10_000)),
        "tiers": {"gold": {"max_share": 10_000}},
    }


def _families(rng: Random) -> Definition:
    return {
        "transfers": True,
        "most_members": 6,
        "day_cap_points": rng.choice((500, 2_000)),
        "min_points": 100,
        "settled_days": rng.choice((0, 7)),
        "invitation_hours": 24,
    }


def _tiers(rng: Random) -> Definition:
    """Ways up, periods, grace, landings and gifts, drawn anew."""
    ways: tuple[Definition, ...] = (
        {"growth": 2_000},
        {"spent_fen": 200_000, "days": 90},
        {"purchases": 5, "days": 60},
    )
    gift = {"points": 20, "again_after_days": 180}
    day: Definition = {"spent_in_a_day_fen": 500_000, "days": 30}
    gold: Definition = {"any": [day, {"spent_fen": 1_000_000, "days": 365}]}
    validity = rng.choice(({"months": 1}, {"months": 6}, "year-end"))
    return {
        "growth": {
            "per_yuan": 10_000,
            "check_in": rng.choice((0, 5)),
            "decay": rng.choice((None, {"every": "month", "keep": 9_000})),
        },
        "on_refund": rng.choice(("recheck", "at-period-end")),
        "change": rng.choice(("protect", "recompute")),
        "tiers": [
            {"code": "basic", "name": "普通"},
            _tier(
                "silver",
                "银卡",
                rng.choice(ways),
                12_000,
                validity=validity,
                gift=gift,
            ),
            _tier("gold", "金卡", gold, 15_000, validity=validity, **_keeping(rng)),
            _tier("diamond", "钻石", {"all": [gold, {"paid_membership": True}]}, 20_000, validity={"months": 3}),
        ],
    }


def _tier(code: str, name: str, qualify: Definition, multiplier: int, **parts: Any) -> Definition:
    return {"code": code, "name": name, "qualify": qualify, "benefits": {"multiplier": multiplier}} | parts


def _keeping(rng: Random) -> Definition:
    keep: Definition = {"spent_fen": 300_000, "days": 180}
    return {"keep": keep, "grace_days": rng.choice((0, 14)), "landing": rng.choice(("one-step", "full"))}


GROUPS = [
    {"code": "base", "kind": "points", "stacking": "add", "scaled": True, "rounding": "down"},
    {"code": "season", "kind": "multiplier", "stacking": "best"},
    {"code": "activity", "kind": "points", "stacking": "add", "scaled": False, "rounding": "down"},
]
ALWAYS: list[Definition] = [
    {"code": "purchase", "name": "消费积分", "group": "base", "trigger": "purchase", "effect": {"per_yuan": 10_000}},
    {"code": "check-in", "name": "签到积分", "group": "activity", "trigger": "check-in", "effect": {"base": 10_000}},
    {"code": "join", "name": "入会礼", "group": "activity", "trigger": "registration", "effect": {"fixed": 100}},
]
PROMOTIONS: list[Definition] = [
    {
        "code": "double",
        "name": "双倍积分季",
        "group": "season",
        "trigger": "purchase",
        "effect": {"multiplier": 20_000},
    },
    {
        "code": "member-day",
        "name": "会员日",
        "group": "season",
        "trigger": "purchase",
        "conditions": {"member_days": [8, 18, 28]},
        "effect": {"multiplier": 30_000},
    },
    {
        "code": "brand",
        "name": "品牌加赠",
        "group": "activity",
        "trigger": "purchase",
        "conditions": {"brands": ["ZHAOLU"]},
        "effect": {"per_yuan": 5_000},
        "expiry": {"months": 3},
        "caps": {"day": 200, "month": 500},
    },
    {
        "code": "first",
        "name": "首单礼",
        "group": "activity",
        "trigger": "purchase",
        "conditions": {"first_purchase": True},
        "effect": {"fixed": 88},
        "expiry": "year-end",
        "budget": 50_000,
    },
    {
        "code": "large",
        "name": "满额礼",
        "group": "activity",
        "trigger": "purchase",
        "conditions": {"min_amount_fen": 50_000},
        "effect": {"fixed": 50},
        "expiry": "never",
    },
]
BOOKS: Mapping[str, Callable[[Random], Definition]] = {
    "earning": _earning,
    "cash": _cash,
    "families": _families,
    "tiers": _tiers,
}
CHECKED: Mapping[str, Callable[[Definition], object]] = {
    "earning": earning.checked,
    "cash": purchases.checked_cash_book,
    "families": families.checked,
    "tiers": tiers.checked,
}
