from typing import Annotated

from pydantic import Field

from backend import mall, stores
from backend.kit import richtext
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.paging import decode_ints, encode_cursor
from backend.kit.schema import IdText, Instant, PageQuery, Schema
from backend.runtime import runtime
from miniprogram_api.auth import member_if_joined, resource

api = resource("mall")

RELATED = 6


class ItemPath(Schema):
    id: IdText


class PlaceOut(Schema):
    """A store where an item can be picked up, and how many pieces of it."""

    id: IdText
    name: str
    stock: int


class ItemsQuery(PageQuery):
    """Which items: of a category, for at most so many points."""

    category: Annotated[str, Field(max_length=32)] | None = None
    most_points: Annotated[int, Field(ge=1, le=10**9)] | None = None


class ItemOut(Schema):
    """Something to be had for `points` apiece, and `money_fen` paid at the counter, from `on_from` (null: already)
    until `off_at`. Coupons and codes (`virtual`) are given at once, services redeemed at a store, goods picked up,
    shipped or both (`ways`).

    A pre-order is picked up in its own window only; with `deposit_points` apiece only these are set aside for it, the
    rest is spent when it is picked up.
    """

    id: IdText
    kind: mall.Kind
    title: str
    subtitle: str
    picture_url: str
    category: str
    points: int
    money_fen: int
    deposit_points: int | None
    pick_up_from: Instant | None
    pick_up_until: Instant | None
    ways: mall.Ways
    on_from: Instant | None
    off_at: Instant | None
    stock: int
    sold_out: bool


class ItemDetailOut(ItemOut):
    """An item with its full text in HTML, the stores to choose from, and others of its category.

    `your_points` is what it costs you, `limit_pieces` how many you may have within `limit_days` days, or ever,
    `to_ship` how many can be sent.
    """

    description: str
    your_points: int
    limit_pieces: int | None
    limit_days: int | None
    related: list[ItemOut]
    stores: list[PlaceOut]
    to_ship: int


class ItemsOut(Schema):
    """A page of what is on offer."""

    items: list[ItemOut]
    next_cursor: str | None


class CategoriesOut(Schema):
    """What items are sorted into."""

    items: list[str]


@api.get("/mall/categories", responses={200: CategoriesOut})
def categories() -> CategoriesOut:
    """The categories of what is on offer."""
    return CategoriesOut(items=list(mall.categories(db(), now=now())))


@api.get("/mall/items", responses={200: ItemsOut} | problems(400))
def items(query: ItemsQuery) -> ItemsOut:
    """What is on offer."""
    wish = mall.Wish(query.category, query.most_points)
    found = mall.list_items(db(), wish=wish, after=_place(query.cursor), now=now(), limit=query.limit + 1)
    page = found[: query.limit]
    return ItemsOut(
        items=[_item(one) for one in page],
        next_cursor=encode_cursor(page[-1].position, page[-1].id) if len(found) > len(page) else None,
    )


@api.get("/mall/items/<id>", responses={200: ItemDetailOut} | problems(404))
def item(path: ItemPath) -> ItemDetailOut:
    """An item on offer."""
    found = mall.get_item(db(), path.id, now=now())
    stocks = mall.stocks_of(db(), found.id)
    places = stores.list_stores(db()) if found.ways != "shipping" else []
    return ItemDetailOut(
        **_item(found).model_dump(),
        description=richtext.with_addresses(found.description, runtime().public_base_url),
        your_points=_your_points(found),
        limit_pieces=found.limit_pieces,
        limit_days=found.limit_days,
        related=[_item(one) for one in mall.related(db(), found, now=now(), limit=RELATED)],
        stores=[PlaceOut(id=one.id, name=one.name, stock=mall.left_for(stocks, one.id)) for one in places],
        to_ship=mall.left_for(stocks, mall.CENTRAL) if found.ways != "pick-up" else 0,
    )


def _item(item: mall.Item) -> ItemOut:
    """An item as a mini-program can show it, which knows no base address."""
    out = ItemOut.model_validate(item)
    if out.picture_url.startswith("/"):
        out.picture_url = runtime().public_base_url + out.picture_url
    return out


def _your_points(item: mall.Item) -> int:
    """What it costs whoever asks; who has not joined is told the price for everybody."""
    member_id = member_if_joined()
    return item.points if member_id is None else mall.price(item, mall.tier_for(db(), member_id, [item], now=now()))


def _place(cursor: str | None) -> tuple[int, int] | None:
    place = decode_ints(cursor, 2)
    return None if place is None else (place[0], place[1])
