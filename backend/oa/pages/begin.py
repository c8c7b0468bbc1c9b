"""How a login begins: the browser goes to WeChat with a random state that only this browser can bring back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, cast

from flask import Response, redirect, request

from backend.kit.calls import now
from backend.oa.pages import session
from backend.runtime import runtime

LOGIN: Final = "oa-login"
PATH: Final = f"{session.PATH}/login"
BACK: Final = f"{PATH}/back"
STATE_BYTES: Final = 16
STATE_DIGITS: Final = STATE_BYTES * 2
GOOD_FOR: Final = timedelta(minutes=10)
TOLD_IN_NAME: Final = 8


@dataclass(frozen=True)
class Begun:
    """A login under way: where it leads, and how often it was begun for the same page."""

    state: str
    leads_to: str
    tries: int


def begin_login(leads_to: str, *, tries: int = 1) -> Response:
    """Send the browser to WeChat, to come back to one of our pages by its path and query."""
    part = runtime()
    state = part.rng.randbytes(STATE_BYTES).hex()
    claims = {"state": state, "leads_to": leads_to.removesuffix("?"), "tries": tries}
    token = session.signed(claims, kind=LOGIN, until=now() + GOOD_FOR)
    address = part.official_account.web.authorize_url(part.public_base_url + BACK, state)
    response = cast("Response", redirect(address))  # which it is where an app is at work
    session.put_cookie(response, cookie_of(state), token, path=PATH, good_for=GOOD_FOR)
    return response


def begun(state: str) -> Begun | None:
    """The login that this browser began with a state, which is good once; None for any other."""
    if len(state) != STATE_DIGITS or not state.isascii() or not state.isalnum():
        return None
    claims = session.claims_in(request.cookies.get(cookie_of(state), ""), kind=LOGIN)
    if claims is None or claims["state"] != state:
        return None
    if not runtime().cache.add(f"oa-login:{state}", b"1", ttl=int(GOOD_FOR.total_seconds())):
        return None
    return Begun(state, claims["leads_to"], claims["tries"])


def cookie_of(state: str) -> str:
    """Two pages that are opened at once have logins of their own."""
    return f"baihui_login_{state[:TOLD_IN_NAME]}"
