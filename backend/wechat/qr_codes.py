import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from backend.wechat.errors import ContentRefused
from backend.wechat.transport import Transport, text

SCENE: Final = re.compile(r"[\x21-\x7e]{1,64}")
LONGEST: Final = timedelta(days=30)
SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code that leads into the official account. `url` is what to draw; the ticket opens WeChat's own drawing."""

    ticket: str
    url: str


class QrCodes:
    """Codes with a scene: who scans one follows the account, or comes back to it, and the push names the scene."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, scene: str, *, good_for: timedelta | None = None) -> QrCode:
        """A code for a scene of 1 to 64 characters of ASCII: for up to 30 days, or for ever when no time is told.

        Of those for ever an account has 100,000 in all; they are not taken back. The same scene may be asked for
        again. ContentRefused before any call when scene or time are not acceptable.
        """
        path = "cgi-bin/qrcode/create"
        if not SCENE.fullmatch(scene) or (good_for is not None and not SECOND <= good_for <= LONGEST):
            raise ContentRefused(None, "scene or time not accepted by WeChat", path)
        body: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}}}
        if good_for is None:
            body["action_name"] = "QR_LIMIT_STR_SCENE"
        else:
            body |= {"action_name": "QR_STR_SCENE", "expire_seconds": good_for // SECOND}
        answer = self._transport.post(path, body)
        return QrCode(text(answer, "ticket", path), text(answer, "url", path))
