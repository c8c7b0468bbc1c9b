"""The walk's stop at the benefits of a tier: parking with a car's plate, and a personal shopper."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

from scripts.walking.doors import Body, MiniProgram, Till, check, same
from scripts.walking.telling import say, stop

STAYED: Final = timedelta(minutes=50)
SHOPPER: Final = "personal-shopper"


def use_benefits(app: MiniProgram, till: Till) -> None:
    """Look at the benefits, park for nothing, and book a personal shopper and think better of it."""
    stop("Looks at the benefits of the tier")
    found = app.ask("GET", "/benefits").must_be(200).body
    say(*(f"{one['name']}: {_quota(one)}" for one in found["items"] if one["mine"]))
    _park(app, till)
    if any(one["code"] == SHOPPER and one["mine"] for one in found["items"]):
        _book(app)


def _park(app: MiniProgram, till: Till) -> None:
    stop("Parks the car, and the gate asks what is free")
    plate = f"沪A{secrets.randbelow(10**5):05d}"
    car = app.ask("PUT", "/me/vehicles", {"plate": plate}).must_be(201).body
    stay = {"plate": plate, "entered_at": (datetime.now(UTC) - STAYED).isoformat()}
    free = till.ask("POST", "/parking/entitlements", stay).must_be(200).body
    wish = {**stay, "session_ref": f"G-{uuid.uuid4().hex[:12]}", "minutes": free["free_minutes"]}
    taken = till.ask("POST", "/parking/deductions", wish).must_be(201)
    same(taken, till.ask("POST", "/parking/deductions", wish).must_be(200))
    check(taken.body["points"] == 0, f"points were spent: {taken.body}")
    say(f"{car['plate']}: {taken.body['minutes']} minutes free, once a stay")


def _book(app: MiniProgram) -> None:
    stop("Books a personal shopper, and cancels in time")
    service = app.ask("GET", f"/benefits/{SHOPPER}/services").must_be(200).body["items"][0]
    day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    path = f"/benefits/{SHOPPER}/slots?service_id={service['id']}&day={day}"
    slot = app.ask("GET", path).must_be(200).body["items"][0]
    wish, key = {"service_id": service["id"], "starts_at": slot["starts_at"]}, str(uuid.uuid4())
    made = app.ask("POST", f"/benefits/{SHOPPER}/bookings", wish, key=key).must_be(201)
    same(made, app.ask("POST", f"/benefits/{SHOPPER}/bookings", wish, key=key).must_be(201))
    say(f"{made.body['service']} with {made.body['staff']}, {made.body['starts_at']}; the same tap twice is one")
    gone = app.ask("POST", f"/bookings/{made.body['id']}/cancel").must_be(200).body
    check(gone["status"] == "cancelled", f"not cancelled: {gone}")
    shopper = next(one for one in app.ask("GET", "/benefits").must_be(200).body["items"] if one["code"] == SHOPPER)
    check(shopper["used"] == 0, f"the benefit has not come back: {shopper}")
    say("cancelled, and the benefit is back")


def _quota(one: Body) -> str:
    mine = one["mine"]
    return "without end" if mine["amount"] is None else f"{one['left']} of {mine['amount']} left ({mine['per']})"
