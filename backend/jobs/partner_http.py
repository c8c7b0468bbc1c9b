"""A partner's API over HTTP, signed as partners sign ours."""

import json
from secrets import token_hex
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
import urllib3

from backend import pos
from backend.kit.clock import Clock
from backend.partners import Address, Answer, Call

TIMEOUT: Final = (3.0, 5.0)  # connect, read; seconds
LARGEST_ANSWER: Final = 64 * 1024
ENDED: Final = frozenset({"refused", "cancelled", "lapsed"})
# of a call to prepare: the partner has understood and will not; whatever else it says may be said otherwise later
DEFINITE: Final = frozenset({400, 403, 404, 409, 410, 422})
NOT_FOUND: Final = 404
LONGEST_REASON: Final = 200


class HttpGateway:
    """Asks one partner; never raises. No redirect is followed, and no more is read than an answer can be."""

    def __init__(self, address: Address, clock: Clock, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._address = address
        self._clock = clock
        self._timeout = timeout

    def prepare(self, call: Call) -> Answer:
        """Ask it to keep room."""
        wish = {"ref": call.ref, "member": call.member, "points": call.given, "amount": call.taken}
        status, body = self._call("POST", "/exchanges", wish)
        if status in DEFINITE:
            return Answer("refused", reason=_reason(status, body))
        return _answer(status, body)

    def confirm(self, call: Call) -> Answer:
        """Ask it to give the points. What it refuses now may have been done before: `state` tells."""
        return _answer(*self._call("POST", f"/exchanges/{quote(call.ref, safe='')}/confirm", {}))

    def state(self, call: Call) -> Answer:
        """Ask it what became of an exchange."""
        status, body = self._call("GET", f"/exchanges/{quote(call.ref, safe='')}", None)
        return Answer("unknown") if status == NOT_FOUND else _answer(status, body)

    def _call(self, method: str, path: str, wish: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        """The status and the JSON object of the answer; 0 where there was none."""
        content = b"" if wish is None else json.dumps(wish).encode()
        url = self._address.base_url + path
        try:
            with requests.request(
                method,
                url,
                data=content,
                headers=self._signed(method, url, content),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as reply:
                text = reply.raw.read(LARGEST_ANSWER, decode_content=True)
                return reply.status_code, _object(text)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
            return 0, {}

    def _signed(self, method: str, url: str, content: bytes) -> dict[str, str]:
        timestamp, nonce = str(int(self._clock.now().timestamp())), token_hex(16)
        said = pos.message(
            method=method, path=urlsplit(url).path, query=b"", timestamp=timestamp, nonce=nonce, body=content
        )
        return {
            "Content-Type": "application/json",
            "X-App-Key": self._address.app_key,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": pos.sign(self._address.secret, said),
        }


def _answer(status: int, body: dict[str, Any]) -> Answer:
    said, taken = body.get("status"), body.get("amount")
    if status != requests.codes.ok:
        return Answer("doubt")
    if said in ENDED:
        return Answer("refused", reason=_reason(status, body))
    if said == "prepared" and type(taken) is int:
        return Answer("prepared", taken=taken)
    return Answer("confirmed") if said == "confirmed" else Answer("doubt")


def _reason(status: int, body: dict[str, Any]) -> str:
    said = body.get("detail") or body.get("code") or body.get("status") or f"HTTP {status}"
    words = "".join(one for one in str(said) if one.isprintable())
    return words[:LONGEST_REASON]


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
