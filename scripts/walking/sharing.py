"""The walk's stop at sharing: a friend opens what the shopper shares."""

import secrets
from typing import Final

from scripts.walking.doors import MiniProgram, Phone, Wire, check, same
from scripts.walking.telling import say, stop

PNG: Final = b"\x89PNG\r\n\x1a\n"


def share_invitation(app: MiniProgram, web: Wire, simulator: Wire) -> int:
    """Share an invitation, have its poster drawn, and let a stranger open it; how many points that brought."""
    stop("Shares an invitation with a friend")
    share = app.ask("POST", "/shares", {"kind": "invitation"}).must_be(201)
    same(share, app.ask("POST", "/shares", {"kind": "invitation"}).must_be(200))
    visits = f"/shares/{share.body['token']}/visits"
    poster = app.picture(f"/shares/{share.body['token']}/poster.png")
    check(poster.startswith(PNG), "the poster is no picture")
    say(f"a poster of {len(poster) // 1024} KB, whose code opens {share.body['path']}")
    check(not app.ask("POST", visits).must_be(200).body["counted"], "an own visit counts")
    friend = MiniProgram(web)
    phone = Phone(simulator, nickname="小友", phone=f"169{secrets.randbelow(10**8):08d}")
    friend.token = friend.ask("POST", "/login", {"code": phone.code("login")}).must_be(200).body["token"]
    opened = friend.ask("POST", visits).must_be(200).body
    check(opened["counted"], f"the friend does not count: {opened}")
    check(not friend.ask("POST", visits).must_be(200).body["counted"], "the friend counts twice")
    [mine] = app.ask("GET", "/shares").must_be(200).body["items"]
    check((mine["visits"], mine["newcomers"]) == (1, 1), f"the share counted something else: {mine}")
    say(f"「{opened['title']}」 led the friend to {opened['page']}: one newcomer, once, for {mine['points']} points")
    points: int = mine["points"]
    return points
