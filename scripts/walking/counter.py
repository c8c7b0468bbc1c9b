"""The walk's stops at what costs money besides points, and at what is ordered ahead."""

from collections.abc import Callable

from scripts.walking.doors import Body, MiniProgram, Till, check, same
from scripts.walking.telling import say, stop, yuan


def buy_with_money(app: MiniProgram, till: Till, store_of: Callable[[Body], str]) -> None:
    """Fetch what costs points and money, and bring it back: both come back."""
    stop("Exchanges points and money at the counter, and brings it back")
    item = _first(app, lambda one: one["money_fen"] > 0)
    order = _order(app, item, store_of)
    code = {"code": order["pickup_code"]}
    due = till.ask("POST", "/mall/orders/lookup", code).must_be(200).body["due_fen"]
    till.ask("POST", "/mall/orders/pick-up", code).must_be(409, code="mall.money-due")
    paid = till.ask("POST", "/mall/orders/pick-up", {**code, "paid_fen": due}).must_be(200)
    same(paid, till.ask("POST", "/mall/orders/pick-up", {**code, "paid_fen": due}).must_be(200))
    say(f"{item['title']}: {order['points']} points and {yuan(due)}, not handed over for less, taken once")
    back = till.ask("POST", f"/mall/orders/{order['no']}/return", {"restock": True}).must_be(200).body
    check(back["money_fen"] == due, f"the money does not come back: {back}")
    say(f"{yuan(back['money_fen'])} and the points are back")


def order_ahead(app: MiniProgram, till: Till, store_of: Callable[[Body], str]) -> None:
    """Order something ahead for its deposit, and think better of it."""
    stop("Orders ahead for a deposit, and cancels")
    item = _first(app, lambda one: one["deposit_points"] is not None)
    before = _points(app)
    order = _order(app, item, store_of)
    check(before - _points(app) == order["deposit_points"], "more than the deposit is set aside")
    till.ask("POST", "/mall/orders/pick-up", {"code": order["pickup_code"]}).must_be(409, code="mall.pick-up-too-early")
    first_day = order["pick_up_from"][:10]
    say(f"{item['title']}: {order['deposit_points']} points set aside, to be fetched from {first_day} on")
    app.ask("POST", f"/mall/orders/{order['no']}/cancel").must_be(200)
    check(_points(app) == before, "the deposit is not back")


def _first(app: MiniProgram, fits: Callable[[Body], bool]) -> Body:
    items: list[Body] = app.ask("GET", "/mall/items").must_be(200).body["items"]
    found = [one for one in items if fits(one)]
    check(bool(found), "the mall has no such item")
    return found[0]


def _order(app: MiniProgram, item: Body, store_of: Callable[[Body], str]) -> Body:
    wish = {"items": [{"item_id": item["id"], "quantity": 1}], "store_id": store_of(item)}
    return app.ask("POST", "/mall/orders", wish).must_be(201).body


def _points(app: MiniProgram) -> int:
    found: int = app.ask("GET", "/points").must_be(200).body["available"]
    return found
