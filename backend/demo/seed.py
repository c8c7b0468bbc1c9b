from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Final

from sqlalchemy.orm import Session

from backend import checkin, mall, members, messaging, operators, points, purchases, stores
from backend.demo.answers import teach_robot
from backend.demo.benefits import offer_benefits
from backend.demo.check_ins import reward_check_ins
from backend.demo.codes import make_codes
from backend.demo.counter import offer_at_counter
from backend.demo.coupons import offer_coupons
from backend.demo.draws import open_draw
from backend.demo.events import plan_events
from backend.demo.people import Person, make_people
from backend.demo.plans import sell_memberships
from backend.demo.shop import COUNTERS, ITEMS, NEW_ITEMS, STAFF, STORES
from backend.demo.year import Buy, CheckIn, Exchange, Join, Return, Settle, Step, Story, tell
from backend.kit.calendar import shop_day
from backend.kit.db import Sessions
from backend.kit.facts import Listeners
from backend.kit.ids import readable_code
from backend.listeners import LISTENERS
from backend.purchases import Basket, Line, Receipt, RefundRequest
from config import policy

MEMBERS: Final = 300
LUCK: Final = 20260301
OPERATOR: Final = "demo"
PASSWORD: Final = "baihui-2026"  # noqa: S105  printed at each start of the demo, and refused to production
FORGET_EVERY: Final = 200
REPORT_DELAY: Final = timedelta(seconds=2)

Progress = Callable[[int, int], None]


@dataclass
class _Town:
    """What the seed has made so far, by its names in the story."""

    rng: Random
    stores: dict[str, int] = field(default_factory=dict)
    items: list[int] = field(default_factory=list)
    members: dict[int, int] = field(default_factory=dict)
    orders: dict[Exchange, mall.Order] = field(default_factory=dict)


def seed(sessions: Sessions, *, appid: str, now: datetime, members_wanted: int = MEMBERS, progress: Progress) -> int:
    """Fill an empty database with a store and a year of its life up to `now`; answers how many steps that took.

    One transaction: all of it is there afterwards, or nothing. The same `now` gives the same story. Everything goes
    through the services that the doors use, judged by the instants of the story; nobody is sent messages about it.
    """
    rng = Random(LUCK)  # noqa: S311  the same story each time
    story = tell(rng, make_people(rng, members_wanted, today=shop_day(now)), now=now)
    town = _Town(rng)
    with sessions.write.begin() as session:
        session.info["listeners"] = _without_messages()
        _build(session, town, opened_at=story[0][0] - timedelta(days=1))
        _live(session, town, story, appid=appid, progress=progress)
        open_draw(session, now=now)
        reward_check_ins(session, by=OPERATOR, now=now)
        sell_memberships(session, now=now)
        plan_events(session, store_code=next(iter(STORES)), now=now)
        offer_at_counter(session, now=now)
        offer_benefits(session, town.stores, now=now)
        make_codes(session, rng=rng, now=now)
        teach_robot(session, by=OPERATOR, now=now)
    return len(story)


def _without_messages() -> Listeners:
    told = [getattr(messaging, name) for name in messaging.__all__ if name.startswith("tell_")]
    return {fact: [one for one in listeners if one not in told] for fact, listeners in LISTENERS.items()}


def _build(session: Session, town: _Town, *, opened_at: datetime) -> None:
    for code, name in STORES.items():
        store = stores.create_store(session, code=code, name=name, now=opened_at)
        town.stores[code] = store.id
        for number, person, role in STAFF:
            stores.create_staff(session, store.id, code=f"{code}-{number}", name=person, role=role)
        stores.create_till_key(session, store.id, scopes=stores.SCOPES, rng=town.rng, now=opened_at)
    brands: dict[str, int] = {}
    for plan in COUNTERS:
        if plan.brand_code not in brands:
            brands[plan.brand_code] = stores.create_brand(session, code=plan.brand_code, name=plan.brand_name).id
        stores.create_counter(
            session,
            town.stores[plan.store_code],
            code=plan.code,
            name=plan.brand_name,
            brand_id=brands[plan.brand_code],
        )
    operators.create(session, login=OPERATOR, password=PASSWORD, display_name="演示运营", role="admin", now=opened_at)
    offer_coupons(session, approver_password=readable_code(SystemRandom(), 20), now=opened_at)
    town.items = [mall.add_item(session, offer, stock=stock, now=opened_at).id for offer, stock in ITEMS]
    for offer, stock in NEW_ITEMS:
        mall.add_item(session, offer, stock=stock, now=opened_at)


def _live(session: Session, town: _Town, story: Story, *, appid: str, progress: Progress) -> None:
    for number, (at, step) in enumerate(story, start=1):
        if isinstance(step, Join):
            town.members[step.person.number] = _join(session, step.person, appid=appid, rng=town.rng, now=at)
        else:
            _do(session, town, step, at)
        if number % FORGET_EVERY == 0:
            session.flush()  # what is written need not be looked through at each further flush
            session.expunge_all()
            progress(number, len(story))
    progress(len(story), len(story))


def _do(session: Session, town: _Town, step: Step, at: datetime) -> None:
    match step:
        case Buy():
            _buy(session, town, step, at)
        case Return():
            _return(session, town, step, at)
        case CheckIn():
            checkin.check_in(session, town.members[step.person.number], now=at)
        case Exchange():
            _exchange(session, town, step, at)
        case Settle():
            _settle(session, town, step, at)


def _join(session: Session, person: Person, *, appid: str, rng: Random, now: datetime) -> int:
    openid = f"demo-{person.number:05d}"
    identity = members.sign_in(session, kind=members.MINI_PROGRAM, appid=appid, openid=openid, unionid=None, now=now)
    application = members.Application(
        consent_version=policy.CONSENT_VERSIONS[-1],
        phone=person.phone,
        nickname=person.nickname,
        birthday=person.birthday,
        gender=person.gender,
    )
    return members.join(session, identity.id, application=application, rng=rng, now=now).member.id


def _buy(session: Session, town: _Town, sale: Buy, at: datetime) -> None:
    lines = tuple(
        Line(
            one.sku,
            one.name,
            1,
            one.price_fen,
            category=sale.counter.category,
            brand=sale.counter.brand_name,
            counter=sale.counter.code,
        )
        for one in sale.goods
    )
    member_id = town.members[sale.person.number] if sale.person else None
    store_id, paid_at = town.stores[sale.counter.store_code], at + REPORT_DELAY
    bill = purchases.quote(session, Basket(lines, member_id), store_id=store_id, now=paid_at)
    used = bill.points_usable if sale.uses_points else 0
    if used:
        bill = purchases.quote(session, Basket(lines, member_id, used), store_id=store_id, now=paid_at)
    receipt = Receipt(sale.order_no, at, lines, bill.total_fen, bill.payable_fen, member_id, used or None)
    purchases.record(session, receipt, store_id=store_id, now=paid_at)


def _return(session: Session, town: _Town, step: Return, at: datetime) -> None:
    store_id = town.stores[step.store_code]
    value_fen = purchases.detail(session, store_id=store_id, order_no=step.order_no).purchase.value_fen
    request = RefundRequest(f"R-{step.order_no}", amount_fen=max(value_fen * step.percent // 100, 1))
    purchases.refund(session, request, store_id=store_id, order_no=step.order_no, now=at)


def _exchange(session: Session, town: _Town, step: Exchange, at: datetime) -> None:
    member_id, item_id = town.members[step.person.number], town.items[step.item]
    item = mall.get_item(session, item_id, now=at)
    if item.stock == 0 or points.summary(session, member_id, now=at).available < item.points:
        return
    town.orders[step] = mall.exchange(
        session, member_id, {item_id: 1}, store_id=town.stores[step.store_code], rng=town.rng, now=at
    )


def _settle(session: Session, town: _Town, step: Settle, at: datetime) -> None:
    order = town.orders.get(step.exchange)
    if order is None:
        return
    if step.how == "pick-up" and order.pick_up:
        mall.pick_up(session, code=order.pick_up.code, store_id=order.pick_up.store_id, now=at)
    elif step.how == "cancel":
        mall.cancel(session, order.member_id, order.no, now=at)
    else:
        mall.lapse_due(session, order.id, now=at)
