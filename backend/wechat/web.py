"""What the official account's web pages ask WeChat: who is looking at them, and leave to use WeChat's own script."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from backend.kit.cache import Cache
from backend.wechat.errors import TryLater
from backend.wechat.tokens import AccessTokens, FreshToken
from backend.wechat.transport import Transport, number, text

BUSY: Final = -1
TICKET: Final = "jsapi-ticket"


@dataclass(frozen=True, slots=True)
class WebUser:
    """Who opened a page, as the official account knows them. A `snapshot` user is one that WeChat makes up for its
    preview of a page: nobody, and never the same again.
    """

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    snapshot: bool


class Web:
    """WeChat's part in the web pages of one official account."""

    def __init__(self, transport: Transport, *, open_url: str, cache: Cache) -> None:
        self._transport = transport
        self._appid = transport.credentials.appid
        self._open_url = open_url.rstrip("/")
        self._tickets = AccessTokens(self._appid, self._fetch_ticket, cache, name=TICKET, max_wait=transport.patience)

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Where to send a browser, which comes back to `redirect_uri` with a code and the state, unseen by its user."""
        asked = {
            "appid": self._appid,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._open_url}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"

    def login(self, code: str) -> WebUser:
        """Exchange a code of the authorize page, which works once within 5 minutes. LoginRefused when it does not."""
        path = "sns/oauth2/access_token"
        try:
            answer = self._exchange(path, code)
        except TryLater as error:
            if error.errcode != BUSY:
                raise
            answer = self._exchange(path, code)
        # the page shows a number, older samples a text
        snapshot = str(answer.get("is_snapshotuser", 0)) == "1"
        return WebUser(text(answer, "openid", path), answer.get("unionid") or None, snapshot)

    def js_ticket(self) -> str:
        """The ticket that pages sign with to use WeChat's script; fetched once for all processes while it is good."""
        return self._tickets.current()

    def _exchange(self, path: str, code: str) -> dict[str, Any]:
        return self._transport.get_by_secret(path, {"code": code, "grant_type": "authorization_code"})

    def _fetch_ticket(self, _force: bool) -> FreshToken:  # noqa: FBT001  as tokens are fetched
        path = "cgi-bin/ticket/getticket"
        answer = self._transport.get(path, {"type": "jsapi"})
        return FreshToken(text(answer, "ticket", path), number(answer, "expires_in", path))


def js_signature(ticket: str, *, url: str, nonce: str, timestamp: int) -> str:
    """What a page at `url` (with its query, without #) proves its right to WeChat's script by; the nonce is random."""
    signed = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324  WeChat's own choice
