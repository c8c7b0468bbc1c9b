from collections.abc import Sequence
from typing import Final

from backend.wechat.simulator import chat, menus, people, qr_codes, windows
from backend.wechat.simulator.config import OFFICIAL_ACCOUNT
from backend.wechat.simulator.push import Delivery, Push, new_msg_id
from backend.wechat.simulator.world import World

QR: Final = "qrscene_"
PRESSED: Final = {"click": ("CLICK", "key"), "view": ("VIEW", "url"), "miniprogram": ("view_miniprogram", "pagepath")}


class NotPossible(Exception):
    """WeChat would not let the user do this now."""


class Visit:
    """What one user does in an official account; each answers what became of the push it caused."""

    def __init__(self, world: World, user_id: int, appid: str | None) -> None:
        self._world = world
        self._user_id = user_id
        with world.store.transaction() as db:
            people.get(db, user_id)
            self._appid = people.app_of(db, OFFICIAL_ACCOUNT, appid)["appid"]

    def follow(self, scene: str | None = None) -> Delivery:
        """Follow, by way of a QR code when there is a scene; who follows already and scans causes SCAN."""
        if self._set_follows(follows=True):
            return self._push(
                "event", Event="subscribe", EventKey=f"{QR}{scene}" if scene else "", **self._ticket(scene)
            )
        if scene is None:
            raise NotPossible("follows already")
        return self._push("event", Event="SCAN", EventKey=scene, **self._ticket(scene))

    def unfollow(self) -> Delivery:
        """Stop following."""
        if not self._set_follows(follows=False):
            raise NotPossible("does not follow")
        return self._push("event", Event="unsubscribe", EventKey="")

    def say(self, text: str) -> Delivery:
        """Write to the account."""
        now = self._world.now()
        with self._world.store.transaction() as db:
            if not people.follows(db, self._user_id, self._appid):
                raise NotPossible("does not follow")
            chat.add(db, self._appid, self._user_id, chat.text("user", text), now)
        return self._push("text", Content=text, MsgId=new_msg_id())

    def press(self, place: Sequence[int]) -> tuple[menus.Button, Delivery]:
        """Press a button of the menu that leads somewhere; answers the button too."""
        with self._world.store.transaction() as db:
            if not people.follows(db, self._user_id, self._appid):
                raise NotPossible("does not follow")
            button = menus.button_at(db, self._appid, place)
        event, key = PRESSED[button["type"]]
        return button, self._push("event", Event=event, EventKey=str(button[key]))

    def _ticket(self, scene: str | None) -> dict[str, str]:
        with self._world.store.transaction() as db:
            ticket = qr_codes.ticket_of(db, self._appid, scene) if scene else None
        return {"Ticket": ticket} if ticket else {}

    def _set_follows(self, *, follows: bool) -> bool:
        now = self._world.now()
        with self._world.store.transaction() as db:
            changed = people.follow(db, self._user_id, self._appid, follows=follows, now=now)
            if changed and follows:
                chat.add(db, self._appid, self._user_id, chat.notice("你已关注该公众号"), now)
        return changed

    def _push(self, kind: str, **fields: str) -> Delivery:
        with self._world.store.transaction() as db:
            windows.note(db, self._appid, self._user_id, fields, now=self._world.now())
        return self._world.pusher.push_now(Push(self._appid, self._user_id, kind, fields))
