"""The walk's stop at the inbox."""

from scripts.walking.doors import Body, MiniProgram, check
from scripts.walking.telling import say, stop


def read_inbox(app: MiniProgram) -> None:
    """Find what was told on the way, read one message and then all that is shown."""
    stop("Reads the inbox")
    shown: list[Body] = app.ask("GET", "/messages?limit=100").must_be(200).body["items"]
    unread = _unread(app)
    check(unread == len(shown) > 0, f"{unread} messages are not read, of {len(shown)} that were told")
    say(*(f"{one['at'][:19]}  {one['title']}  {one['fields'][0]['value']}" for one in shown))
    newest = shown[0]["id"]
    for _ in range(2):
        left = app.ask("POST", "/messages/read", {"ids": [newest]}).must_be(200).body["unread"]
        check(left == unread - 1, f"one of {unread} was read, and {left} are left")
    app.ask("POST", "/messages/read", {"up_to": newest}).must_be(200)
    check(_unread(app) == 0, "what was read is still counted")
    say(f"{unread} not read, then {left}, then none")


def _unread(app: MiniProgram) -> int:
    found: int = app.ask("GET", "/me").must_be(200).body["counts"]["messages"]
    return found
