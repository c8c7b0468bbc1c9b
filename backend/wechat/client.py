import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from backend.kit.cache import Cache
from backend.wechat.credentials import AppCredentials
from backend.wechat.errors import ContentRefused, ForeignPhone, LoginRefused, TryLater
from backend.wechat.menus import MenuBar
from backend.wechat.qr_codes import QrCodes
from backend.wechat.saying import Said, customer_message
from backend.wechat.tokens import FreshToken
from backend.wechat.transport import Timeout, Transport, text
from backend.wechat.web import Web

DEFAULT_TIMEOUT: Final[Timeout] = (3, 5)  # connect, read; seconds
MAINLAND: Final = "86"
SCENE: Final = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]{1,32}")
IMAGE_HEADS: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
BUSY: Final = -1

ProgramState = Literal["developer", "trial", "formal"]
FORMAL: Final[ProgramState] = "formal"


@dataclass(frozen=True, slots=True)
class Session:
    """Who logged in. The session_key is not kept: nothing here needs it and it must not leak."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Follower:
    """A user as the official account sees it; `unionid` only while following and bound to an open platform account."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    subscribed: bool


@dataclass(frozen=True, slots=True)
class MiniProgramPage:
    """Where a tap on a message leads: a page of a published mini-program linked to the official account."""

    appid: str
    path: str


class WeChatApp:
    """WeChat's API for one appid. Every call raises WeChatError and nothing else."""

    def __init__(
        self, credentials: AppCredentials, *, base_url: str, cache: Cache, timeout: Timeout = DEFAULT_TIMEOUT
    ) -> None:
        self.credentials = credentials
        self._transport = Transport(credentials, base_url=base_url, cache=cache, timeout=timeout)

    @property
    def appid(self) -> str:
        return self.credentials.appid

    def stable_token(self) -> FreshToken:
        """Ask WeChat for the access token: proves that appid, secret and whitelist are right."""
        return self._transport.stable_token()


class OfficialAccount(WeChatApp):
    """WeChat's API for one official account: messages and followers here, its menu, codes and web pages apart.

    `open_url` is where browsers are sent to log in; the API's own address unless told.
    """

    def __init__(
        self,
        credentials: AppCredentials,
        *,
        base_url: str,
        cache: Cache,
        timeout: Timeout = DEFAULT_TIMEOUT,
        open_url: str | None = None,
    ) -> None:
        super().__init__(credentials, base_url=base_url, cache=cache, timeout=timeout)
        self.menu = MenuBar(self._transport)
        self.codes = QrCodes(self._transport)
        self.web = Web(self._transport, open_url=open_url or base_url, cache=cache)

    def send_template(
        self,
        openid: str,
        template_id: str,
        fields: dict[str, str],
        *,
        client_msg_id: str,
        url: str | None = None,
        mini_program: MiniProgramPage | None = None,
    ) -> str:
        """Send a template message and answer its msgid: accepted, not yet shown (TEMPLATESENDJOBFINISH tells).

        The same openid and client_msg_id within 10 minutes is shown once, so TryLater may be answered by sending again.
        """
        body = {**_message(openid, template_id, fields), "client_msg_id": client_msg_id}
        if url is not None:
            body["url"] = url
        if mini_program is not None:
            body["miniprogram"] = {"appid": mini_program.appid, "pagepath": mini_program.path}
        return str(self._transport.post("cgi-bin/message/template/send", body).get("msgid", ""))

    def send_custom(self, openid: str, said: Said) -> None:
        """Send a customer message: in answer to what the follower wrote, within 48 hours and 5 in number.

        WeChat knows no key of the message and shows a repeat: TryLater that is not Unreached may have been shown.
        Raises OutOfWindow.
        """
        self._transport.post("cgi-bin/message/custom/send", customer_message(openid, said))

    def upload_picture(self, data: bytes, media_type: str) -> str:
        """Keep a JPEG or PNG picture of at most 10 MB with WeChat, for good, and answer the media id it is sent by."""
        path = "cgi-bin/material/add_material"
        name = f"picture.{media_type.removeprefix('image/')}"
        answer = self._transport.upload(path, {"type": "image"}, {"media": (name, data, media_type)})
        return text(answer, "media_id", path)

    def send_notice(
        self, openid: str, template_id: str, fields: dict[str, str], *, mini_program: MiniProgramPage | None = None
    ) -> str:
        """Send a subscription notice for one of the user's accepts; its msgid, empty where WeChat tells none.

        RecipientUnreachable (43101) when no accept is left. Unlike a template message, a repeat is shown again.
        """
        body = _message(openid, template_id, fields)
        if mini_program is not None:
            body["miniprogram"] = {"appid": mini_program.appid, "pagepath": mini_program.path}
        return str(self._transport.post("cgi-bin/message/subscribe/bizsend", body).get("msgid", ""))

    def user(self, openid: str) -> Follower:
        """The user's standing with this account."""
        answer = self._transport.get("cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"})
        return Follower(openid, answer.get("unionid") or None, subscribed=answer.get("subscribe") == 1)


class MiniProgram(WeChatApp):
    """WeChat's API for one mini-program."""

    def code_to_session(self, code: str) -> Session:
        """Exchange a login code, which works once within 5 minutes; LoginRefused when it does not."""
        params = {"js_code": code, "grant_type": "authorization_code"}
        path = "sns/jscode2session"
        try:
            answer = self._transport.get_by_secret(path, params)
        except TryLater as error:
            if error.errcode != BUSY:
                raise
            answer = self._transport.get_by_secret(path, params)
        return Session(text(answer, "openid", path), answer.get("unionid") or None)

    def phone_number(self, code: str) -> str:
        """The mainland number, without country code, behind a phone code, which works once within 5 minutes.

        Each success costs the account money. Raises LoginRefused, ForeignPhone.
        """
        path = "wxa/business/getuserphonenumber"
        phone = self._transport.post(path, {"code": code}).get("phone_info")
        if not isinstance(phone, dict):
            raise TryLater(None, "answer without phone_info", path)
        watermark = phone.get("watermark")
        if not isinstance(watermark, dict) or watermark.get("appid") != self.appid:
            raise LoginRefused(None, "phone number of another appid", path)
        # The page types countryCode as string, its sample shows a number.
        if str(phone.get("countryCode")) != MAINLAND:
            raise ForeignPhone(None, "country code is not 86", path)
        return text(phone, "purePhoneNumber", path)

    def send_subscribe(
        self,
        openid: str,
        template_id: str,
        fields: dict[str, str],
        *,
        page: str | None = None,
        state: ProgramState = FORMAL,
    ) -> str:
        """Send a subscribe message for one of the user's accepts, and answer its msgid, empty where WeChat tells none.

        A tap opens `page` of the version that `state` names. RecipientUnreachable (43101) when no accept is left. A
        repeat is shown again.
        """
        body = {**_message(openid, template_id, fields), "miniprogram_state": state, "lang": "zh_CN"}
        if page is not None:
            body["page"] = page
        return str(self._transport.post("cgi-bin/message/subscribe/send", body).get("msgid", ""))

    def code_image(
        self,
        scene: str,
        page: str,
        *,
        env_version: Literal["release", "trial", "develop"] = "release",
        width: int = 430,
        check_path: bool = True,
    ) -> bytes:
        """The PNG or JPEG of a mini-program code, `width` 280-1280 px.

        ContentRefused before any call when `scene` is not 1-32 of WeChat's characters or `page` begins with a slash
        or carries a query.
        """
        path = "wxa/getwxacodeunlimit"
        if not SCENE.fullmatch(scene) or page.startswith("/") or "?" in page:
            raise ContentRefused(None, "scene or page not accepted by WeChat", path)
        body = {
            "scene": scene,
            "page": page,
            "env_version": env_version,
            "width": min(max(width, 280), 1280),
            "check_path": check_path,
        }
        answer = self._transport.image(path, body)
        is_image = answer.headers.get("Content-Type", "").startswith("image/")
        if not is_image or not answer.content.startswith(IMAGE_HEADS):
            raise TryLater(None, "answer is no image", path)
        return answer.content

    def url_link(self, path: str, query: str = "", *, days: int = 1) -> str:
        """An address that opens a page of the mini-program from outside of WeChat and from web pages within it, for
        up to 30 days. Each may be given to one person only.
        """
        api = "wxa/generate_urllink"
        body = {"path": path, "query": query, "expire_type": 1, "expire_interval": days}
        return text(self._transport.post(api, body), "url_link", api)


def _message(openid: str, template_id: str, fields: dict[str, str]) -> dict[str, Any]:
    return {
        "touser": openid,
        "template_id": template_id,
        "data": {key: {"value": value} for key, value in fields.items()},
    }
