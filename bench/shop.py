"""The store that is measured: members with points, an item and a prize with plenty of stock, a till's key."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from hmac import digest
from itertools import count
from uuid import uuid4

from sqlalchemy.orm import Session

from backend import coupons, lottery, mall, members, operators, stores
from backend.kit.db import run
from backend.runtime import Runtime
from config import policy
from miniprogram_api.auth import token_for

BATCH = 100
STOCK = 1_000_000
PRICE = 10
HOT = 100

_order_numbers = count(1)


@dataclass(frozen=True)
class Shop:
    """What a load needs to know of the store."""

    store_id: int
    item_id: int
    draw_id: int
    coupon_id: int  # without end
    hot_coupon_id: int  # of which there are HOT
    till: stores.NewTillKey
    members: list[tuple[int, str]]  # id and bearer token


@dataclass(frozen=True)
class Call:
    """An HTTP call, ready to be sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


def open_shop(runtime: Runtime, size: int) -> Shop:
    """A new store with `size` members, each with the points that joining gives."""
    now = runtime.clock.now()
    store_id, item_id, till = run(runtime.sessions.write, lambda session: _stock_up(session, runtime, now))
    draw_id = run(runtime.sessions.write, lambda session: _open_draw(session, runtime, now))
    coupon_id, hot_coupon_id = run(runtime.sessions.write, lambda session: _offer_coupons(session, now))
    joined: list[tuple[int, str]] = []
    for first in range(0, size, BATCH):
        numbers = range(first, min(first + BATCH, size))
        joined += run(runtime.sessions.write, partial(_join, runtime=runtime, numbers=numbers, now=now))
    return Shop(store_id, item_id, draw_id, coupon_id, hot_coupon_id, till, joined)


def card(shop: Shop, number: int, _at: datetime) -> Call:
    """Show the card: the rotating code of a member."""
    return Call("GET", "/api/mp/v1/me/card", _bearer(shop, number))


def check_in(shop: Shop, number: int, _at: datetime) -> Call:
    """Check in for today: each member once."""
    return Call("POST", "/api/mp/v1/check-ins", _bearer(shop, number))


def purchase(shop: Shop, number: int, at: datetime) -> Call:
    """A till reports a purchase of two lines by a member."""
    lines = [
        {"sku": f"S{line}", "name": "羊绒衫", "category": "女装", "brand": "鄂尔多斯", "qty": 1, "amount_fen": 25_900}
        for line in (1, 2)
    ]
    bill = {
        "order_no": f"B{next(_order_numbers):012d}",
        "member_id": str(_member(shop, number)[0]),
        "paid_at": at.isoformat(),
        "items": lines,
        "total_fen": 51_800,
        "paid_fen": 51_800,
    }
    return _signed(shop.till, "/api/pos/v1/purchases", json.dumps(bill, ensure_ascii=False).encode(), at)


def exchange(shop: Shop, number: int, _at: datetime) -> Call:
    """Spend points on the one item that everybody wants."""
    order = {"items": [{"item_id": str(shop.item_id), "quantity": 1}], "store_id": str(shop.store_id)}
    headers = _bearer(shop, number) | {"Content-Type": "application/json"}
    return Call("POST", "/api/mp/v1/mall/orders", headers, json.dumps(order).encode())


def play(shop: Shop, number: int, _at: datetime) -> Call:
    """Play the draw that everybody plays; every tenth play wins a piece of one prize."""
    return Call("POST", f"/api/mp/v1/draws/{shop.draw_id}/plays", _bearer(shop, number))


def claim(shop: Shop, number: int, _at: datetime) -> Call:
    """Claim a coupon of the one template that everybody wants, of which there are enough: each member once."""
    return Call("POST", f"/api/mp/v1/coupons/{shop.coupon_id}/claims", _bearer(shop, number))


def hot_claim(shop: Shop, number: int, _at: datetime) -> Call:
    """Claim a coupon of a template of which there are HOT."""
    return Call("POST", f"/api/mp/v1/coupons/{shop.hot_coupon_id}/claims", _bearer(shop, number))


def _offer_coupons(session: Session, now: datetime) -> tuple[int, int]:
    name = uuid4().hex[:8]
    writer, reader = (f"bench-{part}-{name}" for part in ("w", "r"))
    for login in (writer, reader):
        operators.create(session, login=login, password=uuid4().hex, display_name="测速", role="operator", now=now)
    session.flush()  # who drafts and approves is looked up
    return tuple(_coupon(session, f"bench-{name}-{stock}", stock, writer, reader, now) for stock in (STOCK, HOT))  # type: ignore[return-value]  # two


def _coupon(session: Session, code: str, stock: int, writer: str, reader: str, now: datetime) -> int:
    definition = {
        "name": "满300减50",
        "worth": {"kind": "cash-off", "off_fen": 5_000, "threshold_fen": 30_000},
        "validity": {"days": 15, "after": 1},
        "supply": {"stock": stock, "claimable": True},
    }
    coupons.draft(session, code, definition, by=writer, note="测速", now=now)
    coupons.approve(session, code, by=reader, now=now)
    template = coupons.go_live(session, code, by=writer, now=now)
    session.flush()  # the next one is drafted in the same transaction
    return template.id


def _open_draw(session: Session, runtime: Runtime, now: datetime) -> int:
    announced = now - timedelta(hours=1)
    definition = {
        "code": f"bench-{uuid4().hex[:8]}",
        "title": "测速抽奖",
        "opens_at": (now - timedelta(minutes=1)).isoformat(),
        "closes_at": (now + timedelta(days=1)).isoformat(),
        "cost": {"kind": "points", "points": 1},
        "prizes": [
            {"kind": "goods", "name": "帆布袋", "odds": 100_000, "stock": STOCK, "per_day": STOCK},
            {"kind": "nothing", "name": "谢谢参与", "odds": 900_000, "fallback": True},
        ],
    }
    drafted = lottery.draft(session, definition, by="bench", now=announced)
    return lottery.publish(session, drafted.code, by="bench", rng=runtime.rng, now=announced).id


def _stock_up(session: Session, runtime: Runtime, now: datetime) -> tuple[int, int, stores.NewTillKey]:
    store = stores.create_store(session, code=f"B{uuid4().hex[:8].upper()}", name="测速店", now=now)
    session.flush()  # the key belongs to the store
    till = stores.create_till_key(session, store.id, scopes=stores.SCOPES, rng=runtime.rng, now=now)
    item = mall.add_item(session, mall.Offer(title="帆布袋", points=PRICE), stock=STOCK, now=now)
    return store.id, item.id, till


def _join(session: Session, runtime: Runtime, numbers: range, now: datetime) -> list[tuple[int, str]]:
    return [_member_of(session, runtime, number, now) for number in numbers]


def _member_of(session: Session, runtime: Runtime, number: int, now: datetime) -> tuple[int, str]:
    identity = members.sign_in(
        session,
        kind=members.MINI_PROGRAM,
        appid=runtime.mini_program.appid,
        openid=f"bench-{number}",
        unionid=None,
        now=now,
    )
    session.flush()  # joining looks it up
    application = members.Application(phone=f"139{number:08d}", consent_version=policy.CONSENT_VERSIONS[-1])
    joined = members.join(session, identity.id, application=application, rng=runtime.rng, now=now)
    return joined.member.id, token_for(identity.id, runtime.keys.tokens, now)


def _member(shop: Shop, number: int) -> tuple[int, str]:
    return shop.members[number % len(shop.members)]


def _bearer(shop: Shop, number: int) -> dict[str, str]:
    return {"Authorization": f"Bearer {_member(shop, number)[1]}"}


def _signed(till: stores.NewTillKey, path: str, body: bytes, at: datetime) -> Call:
    timestamp, nonce = str(int(at.timestamp())), uuid4().hex
    signed = "\n".join(("POST", path, timestamp, nonce, sha256(body).hexdigest()))
    headers = {
        "X-App-Key": till.app_key,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": digest(till.secret.encode(), signed.encode(), "sha256").hex(),
        "Content-Type": "application/json",
    }
    return Call("POST", path, headers, body)
