"""Signed calls of WeChat Pay: always with time-outs, tried again a few times, their answers verified."""

import json
from collections.abc import Callable, Mapping
from random import SystemRandom
from time import sleep
from typing import Any, Final, TypeVar

import requests
from requests.adapters import HTTPAdapter
from wechatpayv3.utils import build_authorization, load_private_key, rsa_sign

from backend.wechat.pay_keys import PlatformKeys
from backend.wechat.pay_values import BadKey, BadNotice, Merchant, PayLater, PayRefused

TIMEOUT: Final = (3.05, 10.0)
TRIES: Final = 3
PAUSE_S: Final = 0.2
POOL: Final = 8
OK: Final = range(200, 300)
BUSY: Final = frozenset({429, 500, 502, 503, 504})
BUSY_CODES: Final = frozenset({"SYSTEM_ERROR", "SYSTEMERROR", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "BANK_ERROR"})
CERTIFICATES: Final = "/v3/certificates"
AGENT: Final = "baihui"
_jitter = SystemRandom()

T = TypeVar("T")


class PayTransport:
    """Calls of one merchant. Every call may be made again: WeChat Pay knows a repeat by our number of it."""

    def __init__(self, merchant: Merchant, *, base_url: str, timeout: tuple[float, float] = TIMEOUT) -> None:
        self.merchant = merchant
        self.base_url = base_url.rstrip("/")
        try:
            self._private_key = load_private_key(merchant.private_key)
            self.keys = PlatformKeys(merchant, self._certificates)
        except Exception as error:  # the library raises no class of its own
            raise BadKey("a key of WeChat Pay is no PEM of RSA: private or public key") from error
        self._timeout = timeout
        self._http = requests.Session()
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=POOL))

    def sign(self, *parts: str) -> str:
        """Our signature under some lines."""
        signature: str = rsa_sign(self._private_key, "".join(f"{part}\n" for part in parts))
        return signature

    def get(self, path: str) -> dict[str, Any]:
        """The JSON answer to a GET. Raises PayLater, PayRefused."""
        return self._patiently(lambda: self._answer("GET", path, None))

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON answer to a POST, empty where there is none. Raises PayLater, PayRefused."""
        text = json.dumps(body, ensure_ascii=False)
        return self._patiently(lambda: self._answer("POST", path, text))

    def download(self, url: str) -> bytes:
        """A file that an answer named; it is not signed, its hash was. Raises PayLater, PayRefused."""
        if not url.startswith(f"{self.base_url}/"):
            raise PayRefused("FOREIGN_ADDRESS", "a file elsewhere", "download")
        return self._patiently(lambda: self._call("GET", url.removeprefix(self.base_url), None).content)

    def _certificates(self) -> Mapping[str, Any]:
        return _json(self._call("GET", CERTIFICATES, None), CERTIFICATES)

    def _answer(self, method: str, path: str, body: str | None) -> dict[str, Any]:
        response = self._call(method, path, body)
        text = response.content.decode("utf-8", "replace")
        try:
            self.keys.check(response.headers, text)
        except BadNotice as error:
            raise PayLater("ANSWER_NOT_SIGNED", str(error), _api(path)) from None
        return _json(response, path) if text else {}

    def _call(self, method: str, path: str, body: str | None) -> requests.Response:
        headers = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": AGENT}
        headers["Authorization"] = build_authorization(
            path, method, self.merchant.mchid, self.merchant.serial_no, self._private_key, data=body
        )
        if self.merchant.public_key_id:
            headers["Wechatpay-Serial"] = self.merchant.public_key_id  # answer with this key, not with a certificate
        try:
            response = self._http.request(
                method,
                self.base_url + path,
                data=body.encode() if body else None,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise PayLater(type(error).__name__, "", _api(path)) from None
        if response.status_code not in OK:
            _refuse(response, _api(path))
        return response

    @staticmethod
    def _patiently(call: Callable[[], T]) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                return call()
            except PayLater:
                if attempt == TRIES:
                    raise
                sleep(PAUSE_S * attempt * _jitter.uniform(0.5, 1.5))
        raise AssertionError


def _refuse(response: requests.Response, api: str) -> None:
    try:
        said = response.json()
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    code, words = str(said.get("code") or f"HTTP_{response.status_code}"), str(said.get("message") or "")
    busy = response.status_code in BUSY or code in BUSY_CODES
    raise (PayLater if busy else PayRefused)(code, words[:200], api)


def _json(response: requests.Response, path: str) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PayLater("UNREADABLE", "no JSON object", _api(path))
    return found


def _api(path: str) -> str:
    """An address without what is asked: numbers of orders belong to members."""
    return path.partition("?")[0]
