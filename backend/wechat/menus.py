from typing import Any, Final

from backend.wechat.errors import WeChatError
from backend.wechat.transport import Transport

NO_MENU: Final = 46003


class MenuBar:
    """The menu at the foot of the chat with one official account. Phones show a new one within five minutes."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, buttons: list[dict[str, Any]]) -> None:
        """Show these buttons (as WeChat spells them) in place of those before."""
        self._transport.post("cgi-bin/menu/create", {"button": buttons})

    def read(self) -> list[dict[str, Any]] | None:
        """The buttons there are, None without a menu."""
        try:
            answer = self._transport.get("cgi-bin/menu/get", {})
        except WeChatError as error:
            if error.errcode == NO_MENU:
                return None
            raise
        menu = answer.get("menu")
        return list(menu.get("button", [])) if isinstance(menu, dict) else None

    def delete(self) -> None:
        """Show no menu any more."""
        self._transport.get("cgi-bin/menu/delete", {})
