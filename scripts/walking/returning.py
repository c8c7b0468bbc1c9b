"""The walk's stops at what brings members back: a check-in at the store, and the receipt of the day without a card."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Final

from scripts.walking.doors import Body, MiniProgram, Till, check, same
from scripts.walking.telling import say, stop, yuan

SHOP_TIME: Final = timezone(timedelta(hours=8))


def check_in_at_store(app: MiniProgram, till: Till) -> int:
    """Check in by the code on the store's screen, once; answers the points that it paid with all rewards."""
    stop("Checks in at the store")
    code = till.ask("GET", "/check-in-code").must_be(200).body["code"]
    visit = app.ask("POST", "/check-ins", {"place_code": code}).must_be(201).body
    check(visit["kind"] == "place", f"not a check-in at the store: {visit}")
    say(f"{visit['day']}: {visit['points']} points, day {visit['streak']} of the streak")
    app.ask("POST", "/check-ins").must_be(409, code="checkin.already-checked-in")
    say("a second time today is refused")
    ahead = next((one for one in app.ask("GET", "/check-ins").must_be(200).body["steps"] if not one["given"]), None)
    if ahead is not None:
        say(f"day {ahead['days']} of the {ahead['kind']} will give {ahead['points']} points")
    return int(visit["points"]) + sum(int(reward["points"]) for reward in visit["rewards"])


def claim_receipt(app: MiniProgram, till: Till, basket: Sequence[Body], *, paid_at: datetime) -> int:
    """Buy without the card, and scan the receipt afterwards; answers the points of it."""
    stop("Forgets the card, and scans the receipt at home")
    order_no, fen = f"W-{uuid.uuid4().hex[:12].upper()}", sum(one["amount_fen"] for one in basket)
    sale = {"order_no": order_no, "paid_at": paid_at.isoformat(), "items": basket, "total_fen": fen, "paid_fen": fen}
    till.ask("POST", "/purchases", sale).must_be(201)
    code = {"code": till.printed(order_no, fen, paid_at.astimezone(SHOP_TIME).date())}
    claim = app.ask("POST", "/receipts/claims", code, key="receipt").must_be(201)
    same(claim, app.ask("POST", "/receipts/claims", code, key="receipt"))
    check(claim.body["status"] == "settled", f"the receipt gives nothing: {claim.body}")
    say(f"{order_no}, {yuan(fen)}: {claim.body['points']} points, once")
    app.ask("POST", "/receipts/claims", code).must_be(409, code="receipts.already-claimed")
    return int(claim.body["points"])
