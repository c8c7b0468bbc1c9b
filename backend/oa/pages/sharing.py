from typing import Final
from urllib.parse import urldefrag, urlsplit

import structlog
from flask import request

from backend.kit.calls import now, without_transaction
from backend.kit.errors import Invalid, Unavailable
from backend.oa.pages.door import bp
from backend.oa.pages.session import answers_json, public
from backend.runtime import runtime
from backend.wechat import WeChatError, js_signature

log = structlog.get_logger(__name__)

NONCE_BYTES: Final = 8
LONGEST_URL: Final = 2048
RETRY_AFTER: Final = 3  # seconds


class ForeignUrl(Invalid):
    """Only pages of this shop are signed for."""

    code = "pages.foreign-url"
    message = "只能为本站页面签名"


@bp.get("/js-sdk")
@public
@answers_json
@without_transaction
def js_sdk() -> dict[str, object]:
    """?url= -> what a page of ours at that address tells WeChat's script (`wx.config`); what follows # is left out."""
    url, part = _own(request.args.get("url", "")), runtime()
    try:
        ticket = part.official_account.web.js_ticket()
    except WeChatError as error:
        log.warning("pages.no-ticket", errcode=error.errcode, rid=error.rid)
        raise Unavailable(retry_after=RETRY_AFTER) from None
    nonce, timestamp = part.rng.randbytes(NONCE_BYTES).hex(), int(now().timestamp())
    return {
        "appId": part.official_account.appid,
        "timestamp": timestamp,
        "nonceStr": nonce,
        "signature": js_signature(ticket, url=url, nonce=nonce, timestamp=timestamp),
    }


def _own(url: str) -> str:
    plain, own = urldefrag(url).url, urlsplit(runtime().public_base_url)
    try:
        found = urlsplit(plain)
    except ValueError:
        raise ForeignUrl from None
    if len(plain) > LONGEST_URL or (found.scheme, found.netloc) != (own.scheme, own.netloc) or not own.netloc:
        raise ForeignUrl
    return plain
