"""The walk's stop at a paid membership: bought in the mini-program, paid in WeChat, given back at the till."""

import uuid

from scripts.walking.doors import MiniProgram, Phone, Till, check, same
from scripts.walking.telling import say, stop, yuan


def buy_membership(app: MiniProgram, till: Till, phone: Phone) -> None:
    """Buy a membership and pay it on the phone; take it back at the till, and the money goes back to WeChat."""
    stop("Buys a membership, pays in WeChat, and gives it back")
    shown = app.ask("GET", "/plans").must_be(200).body
    check(shown["payable"] and bool(shown["items"]), f"nothing is sold here: {shown}")
    plan, key = shown["items"][0], str(uuid.uuid4())
    placed = app.ask("POST", f"/plans/{plan['code']}/orders", {}, key=key).must_be(201)
    same(placed, app.ask("POST", f"/plans/{plan['code']}/orders", {}, key=key).must_be(201))
    no = placed.body["no"]
    asked = app.ask("POST", f"/plans/orders/{no}/payment", {}).must_be(200).body
    paid = phone.pays(asked["package"].removeprefix("prepay_id="))
    check(paid["notice"] == "taken", f"the shop did not take the notification: {paid}")
    order = app.ask("GET", f"/plans/orders/{no}").must_be(200).body
    check(order["status"] == "paid", f"it is not paid: {order}")
    say(f"{plan['name']} for {yuan(plan['price_fen'])}, good through {order['last_on']}; its notice was signed")
    quote = till.ask("GET", f"/plans/orders/{no}/refund").must_be(200).body
    wish = {"refund_fen": quote["refund_fen"], "reason": "改变主意"}
    till.ask("POST", f"/plans/orders/{no}/refund", {**wish, "refund_fen": 1}).must_be(409, code="plans.quote-changed")
    till.ask("POST", f"/plans/orders/{no}/refund", wish).must_be(200)
    check(quote["whole"], f"who thinks again at once gets all of it back: {quote}")
    back = app.ask("GET", f"/plans/orders/{no}").must_be(200).body
    check(back["status"] in {"refunding", "refunded"}, f"it does not go back: {back}")
    say(f"{yuan(quote['refund_fen'])} goes back to WeChat within a minute, and the coupons that came with it are gone")
