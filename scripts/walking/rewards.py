"""The walk's stops at coupons and at a draw."""

import uuid
from collections.abc import Callable
from typing import Final

from scripts.walking.doors import Body, MiniProgram, Till, WalkFailed, check, same
from scripts.walking.telling import say, stop, yuan

KEPT_LINE: Final = 1


def use_coupons(app: MiniProgram, till: Till, asked: Body, sale_of: Callable[[Body], Body]) -> None:
    """Claim what there is, let the till pick the best for what is `asked`, and bring all of it back in two parts."""
    stop("Claims coupons and lets the till pick the best")
    _claim(app)
    quote = till.ask("POST", "/quotes", {**asked, "auto_coupons": True}).must_be(200).body
    check(quote["coupon_fen"] > 0, f"no coupon serves: {quote}")
    say(*(f"「{one['name']}」 takes off {yuan(one['discount_fen'])}" for one in quote["coupons"]))
    say(*(one["detail"] for one in quote["coupons_refused"]))
    sale = {**sale_of(quote), "coupon_codes": [one["code"] for one in quote["coupons"]]}
    bought = till.ask("POST", "/purchases", sale).must_be(201)
    same(bought, till.ask("POST", "/purchases", sale).must_be(200))
    check(bought.body["coupon_fen"] == quote["coupon_fen"], "the coupons take off something else than quoted")
    till.ask("POST", "/purchases", {**sale, "order_no": f"{sale['order_no']}-2"}).must_be(409, code="coupons.used")
    say(f"{yuan(bought.body['paid_fen'])} paid; the coupon works once")
    _bring_back(till, bought.body)


def redeem_parking(app: MiniProgram, till: Till) -> None:
    """Show the rotating code of a parking coupon at the till; the till undoes it."""
    stop("Shows a parking coupon at the till")
    mine = app.ask("GET", "/me/coupons").must_be(200).body["items"]
    parking = next(one for one in mine if one["worth"]["kind"] == "parking")
    code = app.ask("GET", f"/me/coupons/{parking['id']}").must_be(200).body["code"]
    wish = {"code": code, "ref": f"P-{uuid.uuid4().hex[:12]}"}
    redeemed = till.ask("POST", "/coupons/redeem", wish).must_be(201)
    same(redeemed, till.ask("POST", "/coupons/redeem", wish).must_be(200))
    till.ask("POST", "/coupons/redeem", {**wish, "ref": f"{wish['ref']}-2"}).must_be(404, code="coupons.unknown")
    say(f"{redeemed.body['minutes']} minutes of parking, once")
    till.ask("POST", f"/coupons/redemptions/{redeemed.body['redemption_id']}/reverse", {"reason": "扫错了"}).must_be(
        200
    )
    back = app.ask("GET", f"/me/coupons/{parking['id']}").must_be(200).body
    check(back["status"] == "ready", f"the coupon is not back: {back}")
    say("the till undoes it, and the coupon is back")


def play_draw(app: MiniProgram) -> int:
    """Play the draw that is open, once; how many points that took from the member, less what was won."""
    stop("Plays the draw")
    running = app.ask("GET", "/draws").must_be(200).body["items"]
    draw = next((one for one in running if one["phase"] == "open"), None)
    if draw is None:
        raise WalkFailed(f"no draw is open: {running}")
    key = str(uuid.uuid4())
    played = app.ask("POST", f"/draws/{draw['id']}/plays", key=key).must_be(201)
    same(played, app.ask("POST", f"/draws/{draw['id']}/plays", key=key).must_be(201))
    prize = played.body["prize"]
    say(f"{draw['title']}: rolled {played.body['roll']}, {prize['name']}; the same tap twice is one play")
    say(f"the seed behind it is committed to: {draw['commitment'][:16]}…")
    return int(draw["cost"]["points"]) - int(prize.get("points") or 0)


def _claim(app: MiniProgram) -> None:
    offered = app.ask("GET", "/coupons").must_be(200).body["items"]
    for one in (offer for offer in offered if offer["state"] == "open"):
        key = str(uuid.uuid4())
        claimed = app.ask("POST", f"/coupons/{one['id']}/claims", key=key).must_be(201)
        same(claimed, app.ask("POST", f"/coupons/{one['id']}/claims", key=key).must_be(201))
        say(f"「{one['name']}」 is mine")


def _bring_back(till: Till, bought: Body) -> None:
    path = f"/purchases/{bought['order_no']}/refunds"
    part = till.ask("POST", path, {"refund_no": "K1", "items": [{"line_no": KEPT_LINE + 1}]}).must_be(201).body
    check(part["coupons_restored"] == [], f"a part of the goods brought the coupon back: {part}")
    rest = till.ask("POST", path, {"refund_no": "K2", "items": [{"line_no": KEPT_LINE}]}).must_be(201).body
    check(part["money_fen"] + rest["money_fen"] == bought["paid_fen"], f"not all money is back: {part}, {rest}")
    check([one["status"] for one in rest["coupons_restored"]] == ["ready"], f"the coupon is not back: {rest}")
    say("returned line by line: the money is back to the fen, and with the last line the coupon")
