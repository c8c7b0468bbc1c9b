"""The doors that the walk knocks at, over HTTP: a phone with WeChat, the mini-program's API, a till."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote

import requests

TIMEOUT_S: Final = 30
CONSENT_VERSION: Final = "2026-01"  # of the terms that who joins agrees to
LOOK_EVERY_S: Final = 0.5

Body = dict[str, Any]


class WalkFailed(Exception):
    """Something came back that should not have."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Body

    def must_be(self, *statuses: int, code: str | None = None) -> "Answer":
        """The answer itself, if it has one of the statuses (and the problem's code). Raises WalkFailed."""
        if self.status not in statuses or (code is not None and self.body.get("code") != code):
            wanted = f"{' or '.join(map(str, statuses))} {code or ''}".strip()
            raise WalkFailed(f"wanted {wanted}, got {self.status}: {json.dumps(self.body, ensure_ascii=False)}")
        return self


def check(is_so: bool, complaint: str) -> None:  # noqa: FBT001  reads as a sentence
    """Raises WalkFailed with the complaint unless it is so."""
    if not is_so:
        raise WalkFailed(complaint)


def same(first: Answer, again: Answer) -> None:
    """Raises WalkFailed unless a repeat was answered as the first time."""
    check(first.body == again.body, f"the repeat was answered otherwise: {first.body} and {again.body}")


class Wire:
    """One connection to one program."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = requests.Session()

    def ask(self, method: str, path: str, body: Body | None = None, **headers: str) -> Answer:
        """Send a request, JSON in and out. Raises WalkFailed when nobody answers in JSON."""
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        try:
            sent = self._http.request(
                method, self._base_url + path, data=data, headers={**kind, **headers}, timeout=TIMEOUT_S
            )
            return Answer(sent.status_code, sent.json())
        except requests.JSONDecodeError as error:
            raise WalkFailed(f"{method} {path}: {sent.status_code} and no JSON: {sent.text[:200]}") from error
        except requests.RequestException as error:
            raise WalkFailed(f"{method} {path}: {self._base_url} does not answer ({type(error).__name__})") from error

    def page(self, path: str) -> str:
        """What a browser shows there, wherever it is sent on the way. Raises WalkFailed when that is no page."""
        try:
            shown = self._http.get(self._base_url + path, timeout=TIMEOUT_S)
        except requests.RequestException as error:
            raise WalkFailed(f"GET {path}: nobody answers ({type(error).__name__})") from error
        check(shown.ok, f"GET {path}: {shown.status_code} from {shown.url}")
        return shown.text

    def picture(self, path: str, **headers: str) -> bytes:
        """A picture. Raises WalkFailed when there is none."""
        try:
            shown = self._http.get(self._base_url + path, headers=headers, timeout=TIMEOUT_S)
        except requests.RequestException as error:
            raise WalkFailed(f"GET {path}: nobody answers ({type(error).__name__})") from error
        check(shown.ok, f"GET {path}: {shown.status_code}: {shown.text[:200]}")
        return shown.content


class Phone:
    """The phone of a new WeChat user, in the simulated WeChat."""

    def __init__(self, simulator: Wire, *, nickname: str, phone: str) -> None:
        self._wire = simulator
        made = simulator.ask("POST", "/_sim/users", {"nickname": nickname, "phone": phone}).must_be(201).body
        self._path = f"/_sim/users/{made['id']}"

    def code(self, kind: str) -> str:
        """What `wx.login` ("login") or the phone number button ("phone") hands to the mini-program."""
        made: str = self._wire.ask("POST", f"{self._path}/{kind}-code", {}).must_be(201).body["code"]
        return made

    def does(self, what: str, **given: str) -> Body:
        """Follow, or say something to, the official account: what became of the push, and the reply."""
        return self._wire.ask("POST", f"{self._path}/{what}", given).must_be(200).body

    def pays(self, prepay_id: str) -> Body:
        """Pay what the mini-program asked for: what it is told, and what became of the notification."""
        return self._wire.ask("POST", f"{self._path}/payments/{prepay_id}", {}).must_be(200).body

    def codes(self) -> list[Body]:
        """The codes of the official account that can be scanned."""
        found: list[Body] = self._wire.ask("GET", "/_sim/codes").must_be(200).body["items"]
        return found

    def presses(self, *place: int) -> Body:
        """Press a button of the menu: the button, and what became of the push."""
        return self._wire.ask("POST", f"{self._path}/press", {"place": list(place)}).must_be(200).body

    def opens(self, url: str) -> str:
        """The web page that the phone shows."""
        return self._wire.page(f"{self._path}/open?url={quote(url, safe='')}")

    def waits_for(self, is_it: Callable[[Body], bool], *, within_s: float) -> Body:
        """The first message on the phone that is it. Raises WalkFailed when none has come in time."""
        end = time.monotonic() + within_s
        while True:
            items = self._wire.ask("GET", f"{self._path}/messages").must_be(200).body["items"]
            found = next((one for one in items if is_it(one)), None)
            if found is not None:
                return dict(found)
            if time.monotonic() > end:
                kinds = [one.get("title") or one["kind"] for one in items]
                raise WalkFailed(f"the message did not arrive within {within_s:.0f} s; on the phone: {kinds}")
            time.sleep(LOOK_EVERY_S)


class MiniProgram:
    """The mini-program's API, as one user's mini-program calls it."""

    def __init__(self, web: Wire) -> None:
        self._wire = web
        self.token = ""

    def ask(self, method: str, path: str, body: Body | None = None, *, key: str | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if key:
            headers["Idempotency-Key"] = key
        return self._wire.ask(method, f"/api/mp/v1{path}", body, **headers)

    def picture(self, path: str) -> bytes:
        """A picture that only this user may see."""
        return self._wire.picture(f"/api/mp/v1{path}", Authorization=f"Bearer {self.token}")


class Till:
    """A till of a store: signs what it sends."""

    def __init__(self, web: Wire, *, app_key: str, secret: str) -> None:
        self._wire = web
        self._app_key = app_key
        self._secret = secret

    def printed(self, order_no: str, fen: int, day: date) -> str:
        """The code on a receipt."""
        signed = f"BH1:{self._app_key}:{order_no}:{fen}:{day:%Y%m%d}"
        return f"{signed}:{hmac.new(self._secret.encode(), signed.encode(), hashlib.sha256).hexdigest()[:32]}"

    def ask(self, method: str, path: str, body: Body | None = None) -> Answer:
        path = f"/api/pos/v1{path}"
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
        signed = "\n".join((method, path, timestamp, nonce, hashlib.sha256(data).hexdigest()))
        signature = hmac.new(self._secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
        headers = {
            "X-App-Key": self._app_key,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature,
        }
        return self._wire.ask(method, path, body, **headers)
