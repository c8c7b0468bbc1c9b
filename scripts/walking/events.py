"""The walk's stop at an event."""

import uuid

from scripts.walking.doors import MiniProgram, Till, WalkFailed, check, same
from scripts.walking.telling import say, stop


def register_for_event(app: MiniProgram, till: Till) -> None:
    """Register for a class with somebody, be told at the till to come later, and give it up."""
    stop("Registers for a class, and gives it up")
    ahead = app.ask("GET", "/events").must_be(200).body["items"]
    event = next((one for one in ahead if one["registers"]), None)
    if event is None:
        raise WalkFailed(f"no event to register for: {ahead}")
    path = f"/events/{event['id']}"
    detail = app.ask("GET", path).must_be(200).body
    (place,) = detail["sessions"]
    wish = {"session_id": place["id"], "companions": 1, "answers": {"age": 6}}
    before, key = _points(app), str(uuid.uuid4())
    app.ask("POST", f"{path}/registration", {**wish, "answers": {}}).must_be(422, code="events.answers-refused")
    made = app.ask("POST", f"{path}/registration", wish, key=key).must_be(201)
    same(made, app.ask("POST", f"{path}/registration", wish, key=key).must_be(201))
    check(before - _points(app) == made.body["points"] == 2 * event["points"], "not the points of two are held")
    say(f"{event['title']}, {place['place']}: a place for two, {made.body['points']} points held; twice tapped is once")
    code = app.ask("GET", path).must_be(200).body["codes"][0]["code"]
    till.ask("POST", "/events/attendance", {"code": code}).must_be(409, code="events.doors-closed")
    say("the till reads the code from the phone, and the doors are not open yet")
    app.ask("DELETE", f"{path}/registration").must_be(200)
    check(_points(app) == before, "the points are not back")
    say("given up in time: the points are back, and the place is somebody else's")


def _points(app: MiniProgram) -> int:
    found: int = app.ask("GET", "/points").must_be(200).body["available"]
    return found
