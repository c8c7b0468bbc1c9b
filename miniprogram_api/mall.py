from backend import mall, stores
from backend.kit.calls import db
from backend.kit.openapi import problems
from backend.kit.paging import decode_ints, encode_cursor
from backend.kit.schema import IdText, PageQuery, Schema
from miniprogram_api.auth import resource

api = resource("mall")


class ItemPath(Schema):
    id: IdText


class PlaceOut(Schema):
    """A store where an item can be picked up, and how many pieces of it."""

    id: IdText
    name: str
    stock: int


class ItemOut(Schema):
    """Something to be had for `points` apiece."""

    id: IdText
    title: str
    subtitle: str
    picture_url: str
    points: int
    stock: int
    sold_out: bool


class ItemDetailOut(ItemOut):
    """An item with its full text and the stores to choose from."""

    description: str
    stores: list[PlaceOut]


class ItemsOut(Schema):
    """A page of what is on offer."""

    items: list[ItemOut]
    next_cursor: str | None


@api.get("/mall/items", responses={200: ItemsOut} | problems(400))
def items(query: PageQuery) -> ItemsOut:
    """What is on offer."""
    found = mall.list_items(db(), after=_place(query.cursor), limit=query.limit + 1)
    page = found[: query.limit]
    return ItemsOut(
        items=[ItemOut.model_validate(item) for item in page],
        next_cursor=encode_cursor(page[-1].position, page[-1].id) if len(found) > len(page) else None,
    )


@api.get("/mall/items/<id>", responses={200: ItemDetailOut} | problems(404))
def item(path: ItemPath) -> ItemDetailOut:
    """An item on offer."""
    offered = ItemOut.model_validate(found := mall.get_item(db(), path.id))
    stocks = mall.stocks_of(db(), found.id)
    choice = [
        PlaceOut(id=store.id, name=store.name, stock=mall.left_for(stocks, store.id))
        for store in stores.list_stores(db())
    ]
    return ItemDetailOut(**offered.model_dump(), description=found.description, stores=choice)


def _place(cursor: str | None) -> tuple[int, int] | None:
    place = decode_ints(cursor, 2)
    return None if place is None else (place[0], place[1])
