"""A shop in which the stories of a page are played: people buy, return, exchange; the real services answer."""

import re
from datetime import timedelta
from itertools import count

from backend import earning, lifecycle, points, purchases, rulebooks, tiers
from backend.purchases import Line, RefundRequest
from tests.docs.page import NOTHING, fen, instant, yuan
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.purchases import make_receipt, make_store
from tests.support import nights

OPENING = instant("1 January 00:00")
GROUPS = [
    {"code": "base", "kind": "points", "stacking": "add", "scaled": True, "rounding": "down"},
    {"code": "season", "kind": "multiplier", "stacking": "best"},
    {"code": "activity", "kind": "points", "stacking": "add", "scaled": False, "rounding": "down"},
]
PURCHASE = {
    "code": "purchase",
    "name": "消费积分",
    "group": "base",
    "trigger": "purchase",
    "effect": {"per_yuan": 10_000},
}
VERBS = []


def verb(pattern):
    """What happens when a row says this."""

    def add(work):
        VERBS.append((re.compile(pattern), work))
        return work

    return add


class Shop:
    """One store. Each row of a story is done at its instant, then seen with the eyes of the member it tells of."""

    def __init__(self, session, section, *, stacking="best"):
        self.session, self.people, self.numbers, self.last, self.warnings = session, {}, count(1), {}, []
        told = session.info["listeners"]
        session.info["listeners"] = {**told, tiers.TierFallsSoon: [*told.get(tiers.TierFallsSoon, ()), self.warn]}
        groups = [group | {"stacking": stacking} if group["code"] == "season" else group for group in GROUPS]
        rules = {rule["code"]: rule for rule in [PURCHASE, *section.blocks.get("rules", [])]}
        self.publish(earning, {"groups": groups, "rules": list(rules.values())}, note=f"{section.title} {stacking}")
        for definition in section.blocks.get("tiers", []):
            gone = [tier.code for tier in tiers.tiers_now(session, now=OPENING)]
            replaced = {code: "basic" for code in gone if code not in str(definition)}
            self.publish(tiers, definition | {"replaced": replaced}, note=section.title)
        self.store_id = make_store(session, return_days=7).id

    def publish(self, domain, definition, *, note):
        newest = rulebooks.newest_published(self.session, domain.KIND)
        drafted = domain.draft(self.session, definition, based_on=newest, by="anna", note=note, now=OPENING)
        self.session.flush()
        rulebooks.publish(self.session, domain.KIND, drafted.version, live_from=OPENING, by="anna", now=OPENING)

    def warn(self, _session, fact):
        self.warnings.append(fact)

    def person(self, name, *, tier="basic"):
        """Who is called so; who comes for the first time joins."""
        if name not in self.people:
            member_id = make_member(self.session, now=OPENING).id
            self.session.flush()
            self.people[name] = member_id
            if tier != "basic":
                account = points.lock(self.session, member_id, now=OPENING)
                tiers.set_manual(self.session, account, tier, until_at=None, by="anna", reason="故事", now=OPENING)
        return self.people[name]

    def play(self, row):
        """Do what a row says; answers what its other columns must show."""
        name, now = row.get("who", "Anna"), instant(row["day"])
        member_id, seen = self.person(name), {}
        for pattern, work in VERBS:
            if found := pattern.fullmatch(row["what happens"]):
                seen = work(self, member_id, *found.groups(), now=now) or {}
                break
        else:
            raise AssertionError(f"nobody knows how to play {row['what happens']!r}")
        self.session.flush()
        return self.look(member_id, now) | seen

    def look(self, member_id, now):
        """How a member stands, in the words of the columns."""
        balance = points.summary(self.session, member_id, now=now)
        stands = tiers.standing(self.session, member_id, now=now)
        return {
            "can be spent": str(balance.available),
            "waiting": str(balance.pending),
            "set aside": str(balance.held),
            "owed": str(balance.debt),
            "tier": stands.tier.code,
            "missing": _ways(stands.missing_ways) or NOTHING,
            "money back": NOTHING,
            "points back": NOTHING,
            "warned": NOTHING,
            "gift": "0",
        }

    def buy(self, member_id, amount, now, *, brand=None, **parts):
        line = Line(sku="SKU-1", name="羊绒围巾", qty=1, amount_fen=amount, brand=brand)
        receipt = make_receipt(amount, member_id=member_id, paid_at=now, **({"paid_fen": amount} | parts))
        receipt = type(receipt)(**(vars(receipt) | {"lines": (line,)}))
        self.last[member_id] = receipt.order_no
        return purchases.record(self.session, receipt, store_id=self.store_id, now=now).purchase

    def give_back(self, member_id, amount, now):
        request = RefundRequest(refund_no=f"R-{next(self.numbers)}", amount_fen=amount)
        order_no = self.last[member_id]
        return purchases.refund(self.session, request, store_id=self.store_id, order_no=order_no, now=now).refund

    def source(self, kind):
        return points.Source(kind, next(self.numbers))


@verb(r"looks")
def _look(_shop, _member_id, *, now):
    pass


@verb(r"is given (\d+) points for (\d+) months?")
def _given(shop, member_id, amount, months, *, now):
    account = points.lock(shop.session, member_id, now=now)
    good_for = points.Expiry("months", int(months))
    points.credit(shop.session, account, int(amount), source=shop.source("manual"), now=now, expiry=good_for)


@verb(r"buys for (¥[\d.]+)")
def _buy(shop, member_id, amount, *, now):
    before = _gifts(shop, member_id)
    sold = shop.buy(member_id, fen(amount), now)
    return {"earned": str(sold.points_earned), "gift": str(_gifts(shop, member_id) - before)}


@verb(r"returns (¥[\d.]+)")
def _return(shop, member_id, amount, *, now):
    made = shop.give_back(member_id, fen(amount), now)
    return {"money back": yuan(made.money_fen), "points back": str(made.points_returned)}


@verb(r"pays a bill of (¥[\d.]+) with (\d+) points")
def _pay(shop, member_id, amount, used, *, now):
    bill, used = fen(amount), int(used)
    shop.buy(member_id, bill, now, paid_fen=bill - used, points_to_use=used)  # 100 points are ¥1


@verb(r"exchanges (\d+) points(, which is refused)?")
def _exchange(shop, member_id, amount, refused, *, now):
    account = points.lock(shop.session, member_id, now=now)
    shop.last["exchange"] = source = shop.source("exchange")
    try:
        points.spend(shop.session, account, int(amount), source=source, now=now)
    except points.Insufficient:
        assert refused
    else:
        assert not refused


@verb(r"cancels the exchange")
def _cancel(shop, member_id, *, now):
    account = points.lock(shop.session, member_id, now=now)
    spent = shop.last["exchange"]
    points.cancel(shop.session, account, spent=spent, source=shop.source("exchange-cancel"), now=now)


@verb(r"the till sets (\d+) points aside")
def _hold(shop, member_id, amount, *, now):
    order_no = f"H-{next(shop.numbers)}"
    purchases.hold_points(
        shop.session, store_id=shop.store_id, order_no=order_no, member_id=member_id, wanted=int(amount), now=now
    )


@verb(r"the night comes")
def _night(shop, member_id, *, now):
    nights.catch_up(shop.session, now=now, limit=100)
    nights.review(shop.session, now=now, limit=100)
    before = len(shop.warnings)
    nights.warn(shop.session, now=now, limit=100)
    for fact in shop.warnings[before:]:
        if fact.member_id == member_id:
            return {"warned": f"{_ways(fact.ways)} until {fact.last_day:%-d %B %Y}"}
    return {}


@verb(r"becomes one with (\w+)")
def _merge(shop, member_id, name, *, now):
    make_operator(shop.session, "anna")
    gone_id = shop.people[name]
    lifecycle.merge(shop.session, gone_id=gone_id, into_id=member_id, by="anna", reason="同一人", now=now)


@verb(r"is made (\w+) until (.+)")
def _made(shop, member_id, tier, last_day, *, now):
    account = points.lock(shop.session, member_id, now=now)
    until = instant(f"{last_day} 00:00") + timedelta(days=1)
    tiers.set_manual(shop.session, account, tier, until_at=until, by="anna", reason="体验", now=now)


def _gifts(shop, member_id):
    lines = points.entries(shop.session, member_id, limit=50)
    return sum(line.amount for line in lines if line.source_kind == "tier-gift")


def _ways(ways):
    return " or ".join(" and ".join(_amount(need) for need in way) for way in ways)


def _amount(need):
    return yuan(need.missing) if need.kind.startswith("spent") else f"{need.missing} {need.kind}"
