"""The walk's stop at sharing: a friend opens what the shopper shares, and joins by it."""

import secrets
from typing import Final

from scripts.walking.doors import CONSENT_VERSION, MiniProgram, Phone, Wire, check, same
from scripts.walking.telling import say, stop

PNG: Final = b"\x89PNG\r\n\x1a\n"


def share_invitation(app: MiniProgram, web: Wire, simulator: Wire) -> int:
    """Share an invitation, have its poster drawn, and let a stranger open it and join; how many points that brought."""
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
    _join(app, friend, phone)
    points: int = mine["points"]
    return points


def _join(app: MiniProgram, friend: MiniProgram, phone: Phone) -> None:
    wish = {"phone_code": phone.code("phone"), "nickname": "小友", "consent_version": CONSENT_VERSION}
    friend.ask("POST", "/members", wish).must_be(201)
    invitations = app.ask("GET", "/referrals").must_be(200).body
    states = [(one["name"], one["state"]) for one in invitations["items"]]
    check(states == [("小*", "joined")], f"the friend was not invited: {states}")
    say(
        f"the friend joins and is bound to who invited them (code {invitations['code']}): a first purchase that is "
        f"kept will bring {invitations['inviter_points']} and {invitations['newcomer_points']} points"
    )
