from typing import Any, Final, NoReturn

import requests
import urllib3
from requests.adapters import HTTPAdapter
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from backend.kit.cache import Cache
from backend.wechat.credentials import AppCredentials
from backend.wechat.errors import TokenRefused, TryLater, Unreached, refusal
from backend.wechat.tokens import AccessTokens, FreshToken

POOL: Final = 16
JSON_BODY: Final = {"Content-Type": "application/json; charset=utf-8"}
NO_TOKEN: Final[list[tuple[str, str]]] = []  # wechatpy adds its own token to a dict only

Timeout = tuple[float, float]


class Transport:
    """Calls of one appid: always with time-outs, answers only dicts or images, raises only WeChatError.

    No request, address or body is kept in the errors: an address carries the token or the secret.
    """

    def __init__(self, credentials: AppCredentials, *, base_url: str, cache: Cache, timeout: Timeout) -> None:
        self.credentials = credentials
        self._base_url = base_url.rstrip("/")
        self._client = _Client(credentials, self._base_url, timeout)
        self.patience = sum(timeout) + 2  # seconds that who waits for another's call gives it
        self._tokens = AccessTokens(credentials.appid, self.stable_token, cache, max_wait=self.patience)

    def get(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        """The JSON answer to a GET with our access token."""
        return _dict(self._with_token("get", path, params=params), path)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON answer to a POST with our access token."""
        return _dict(self._with_token("post", path, body=body), path)

    def upload(self, path: str, params: dict[str, str], files: dict[str, tuple[str, bytes, str]]) -> dict[str, Any]:
        """The JSON answer to a POST of files (name, content, type) with our access token."""
        return _dict(self._with_token("post", path, params=params, files=files), path)

    def image(self, path: str, body: dict[str, Any]) -> requests.Response:
        """The answer to a POST with our access token where it is no JSON."""
        answer = self._with_token("post", path, body=body)
        if isinstance(answer, requests.Response):
            return answer
        raise TryLater(None, "neither an image nor an error", path)

    def get_by_secret(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        """The JSON answer to a GET that proves itself by appid and secret, without a token."""
        proof = {"appid": self.credentials.appid, "secret": self.credentials.secret}
        return _dict(self._call("get", path, params=list((proof | params).items())), path)

    def stable_token(self, force: bool = False) -> FreshToken:  # noqa: FBT001, FBT002 - WeChat's own switch
        """Ask WeChat for the token itself, past the cache."""
        body = {
            "grant_type": "client_credential",
            "appid": self.credentials.appid,
            "secret": self.credentials.secret,
            "force_refresh": force,
        }
        path = "cgi-bin/stable_token"
        answer = _dict(self._call("post", path, params=NO_TOKEN, data=body, headers=JSON_BODY), path)
        return FreshToken(text(answer, "access_token", path), number(answer, "expires_in", path))

    def _with_token(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        files: dict[str, tuple[str, bytes, str]] | None = None,
    ) -> object:
        token = self._tokens.current()
        sent: dict[str, Any] = {} if body is None else {"data": body, "headers": JSON_BODY}
        sent |= {} if files is None else {"files": files}
        try:
            return self._call(method, path, params={**(params or {}), "access_token": token}, **sent)
        except TokenRefused:
            token = self._tokens.after_refusal_of(token)
        return self._call(method, path, params={**(params or {}), "access_token": token}, **sent)

    def _call(self, method: str, path: str, **request: Any) -> object:
        try:
            return self._client.request(method, f"{self._base_url}/{path}", allow_redirects=False, **request)
        except WeChatClientException as error:
            if error.errcode is None:
                status = getattr(error.response, "status_code", "?")
                raise TryLater(None, f"HTTP {status}", path) from None
            raise refusal(error.errcode, str(error.errmsg), path) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, TypeError) as error:
            kind = Unreached if _never_connected(error) else TryLater
            raise kind(None, type(error).__name__, path) from None


class _Client(WeChatClient):  # type: ignore[misc]  # wechatpy carries no types
    """wechatpy without its own tokens and retries: its retries have no end, and its fetch has no time-out."""

    def __init__(self, credentials: AppCredentials, base_url: str, timeout: Timeout) -> None:
        super().__init__(credentials.appid, credentials.secret, timeout=timeout, auto_retry=False)
        self.API_BASE_URL = f"{base_url}/cgi-bin/"
        self.wxa.API_BASE_URL = f"{base_url}/"
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=POOL)
        self._http.mount("https://", adapter)
        self._http.mount("http://", adapter)

    def request(self, method: str, url: str, **kwargs: Any) -> object:
        answer: object = self._request(method, url, **kwargs)
        return answer

    def fetch_access_token(self) -> NoReturn:
        raise NotImplementedError("tokens come from AccessTokens")


def _never_connected(error: Exception) -> bool:
    """Whether no connection was made: requests tells it by the same ConnectionError as a connection that broke."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, urllib3.exceptions.NewConnectionError)


def text(answer: dict[str, Any], key: str, api: str) -> str:
    """A non-empty string of an answer; TryLater when it is not there, for such an answer is not WeChat's."""
    value = answer.get(key)
    if isinstance(value, str) and value:
        return value
    raise TryLater(None, f"answer without {key}", api)


def number(answer: dict[str, Any], key: str, api: str) -> int:
    """An integer of an answer, TryLater when it is not there."""
    value = answer.get(key)
    if isinstance(value, int):
        return value
    raise TryLater(None, f"answer without {key}", api)


def _dict(answer: object, api: str) -> dict[str, Any]:
    if isinstance(answer, dict):
        return answer
    raise TryLater(None, "answer is no JSON object", api)
