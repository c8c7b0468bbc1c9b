"""The walk's way through the points mall: something that can be had, at the store with the till."""

import random
import uuid

from scripts.walking.doors import Body, MiniProgram, check, same
from scripts.walking.telling import say


def order_something(app: MiniProgram, *, points: int, store_name: str) -> Body:
    """Exchange something that so many points are enough for, by two taps: the order."""
    items = app.ask("GET", "/mall/items").must_be(200).body["items"]
    # coupons come at once, and are not picked up; what costs money or is ordered ahead has a stop of its own
    goods = [one for one in items if one["kind"] == "goods" and not (one["money_fen"] or one["pick_up_from"])]
    within = [one for one in goods if one["points"] <= points and not one["sold_out"]]
    check(bool(within), f"nothing to be had for {points} points")
    item = random.choice(within)  # noqa: S311  a shopper's mood
    wish = {"items": [{"item_id": item["id"], "quantity": 1}], "store_id": store_of(app, item, store_name)}
    key = str(uuid.uuid4())
    placed = app.ask("POST", "/mall/orders", wish, key=key).must_be(201)
    same(placed, app.ask("POST", "/mall/orders", wish, key=key).must_be(201))
    order = placed.body
    say(
        f"{order['title']} for {order['points']} points, pick-up code {order['pickup_code']} at "
        f"{order['store']['name']}; the same tap twice is one order"
    )
    return order


def store_of(app: MiniProgram, item: Body, store_name: str) -> str:
    """The id of the store with the till, among those that the item's page offers for pick-up."""
    offered = app.ask("GET", f"/mall/items/{item['id']}").must_be(200).body["stores"]
    ids: list[str] = [one["id"] for one in offered if one["name"] == store_name]
    check(len(ids) == 1, f"{store_name} is not one of the stores to pick it up at: {offered}")
    return ids[0]
