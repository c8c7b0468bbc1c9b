import secrets
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Final

import requests

from backend.kit.clock import Clock
from backend.wechat import crypto
from backend.wechat.callback import ENVELOPE
from backend.wechat.messages import BadCallback, parse_tree
from backend.wechat.simulator import chat
from backend.wechat.simulator.store import Store

TRIES: Final = 3
WORKERS: Final = 2
OUT_OF_ORDER: Final = "该公众号提供的服务出现故障，请稍后再试"


@dataclass(frozen=True, slots=True)
class Push:
    """Something to tell an account: who did it, and the fields of the message beside its four common ones."""

    app: Mapping[str, Any]
    user_id: int
    openid: str
    kind: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a push: `answered`, `no-answer` after all tries, or `nowhere` without a callback address."""

    outcome: str
    tries: int
    reply: str | None


class Pusher:
    """Posts to the accounts' callback addresses as WeChat does: an answer within 5 s, three tries in all, one MsgId."""

    def __init__(self, store: Store, clock: Clock, *, timeout: float) -> None:
        self._store = store
        self._clock = clock
        self._timeout = timeout
        self._queue: SimpleQueue[Push | None] = SimpleQueue()
        self._open = 0
        self._quiet = threading.Condition()
        self._workers = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]
        for worker in self._workers:
            worker.start()

    def push_now(self, push: Push) -> Delivery:
        """Deliver and record it; the reply goes into the user's chat."""
        delivery = self._deliver(push)
        at = int(self._clock.now().timestamp() * 1000)
        with self._store.transaction() as db:
            self._record(db, push, delivery, at)
        return delivery

    def push_later(self, push: Push) -> None:
        """Deliver in the background."""
        with self._quiet:
            self._open += 1
        self._queue.put(push)

    def wait_until_quiet(self, timeout: float) -> bool:
        """Wait until nothing is under way in the background; False when the time is over before."""
        with self._quiet:
            return self._quiet.wait_for(lambda: self._open == 0, timeout)

    def close(self) -> None:
        """End the background; what waits in it is lost."""
        for _ in self._workers:
            self._queue.put(None)
        for worker in self._workers:
            worker.join(self._timeout * TRIES)

    def _work(self) -> None:
        while (push := self._queue.get()) is not None:
            try:
                self.push_now(push)
            finally:
                with self._quiet:
                    self._open -= 1
                    self._quiet.notify_all()

    def _deliver(self, push: Push) -> Delivery:
        if not push.app["callback_url"]:
            return Delivery("nowhere", 0, None)
        xml = _xml(push, int(self._clock.now().timestamp()))
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._post(push, xml)
                reply = _read_reply(push.app, answer.text) if answer.ok else None
            except (requests.RequestException, BadCallback, ValueError, KeyError, TypeError):
                reply = None
            if reply is not None:
                return Delivery("answered", attempt, reply or None)
        return Delivery("no-answer", TRIES, None)

    def _post(self, push: Push, xml: str) -> requests.Response:
        app, nonce = push.app, str(secrets.randbelow(10**9))
        timestamp = str(int(self._clock.now().timestamp()))
        query = {
            "signature": crypto.signature(app["token"], timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": push.openid,
        }
        if app["aes_key"]:
            key = crypto.aes_key(app["aes_key"])
            encrypt = crypto.seal(xml, key, app["appid"], random=secrets.token_bytes(16))
            signed = crypto.signature(app["token"], timestamp, nonce, encrypt)
            query |= {"encrypt_type": "aes", "msg_signature": signed}
            xml = ENVELOPE.format(encrypt=encrypt, signature=signed, timestamp=timestamp, nonce=nonce)
        return requests.post(
            app["callback_url"],
            params=query,
            data=xml.encode(),
            headers={"Content-Type": "text/xml"},
            timeout=self._timeout,
        )

    def _record(self, db: sqlite3.Connection, push: Push, delivery: Delivery, at: int) -> None:
        what = push.fields.get("Event", push.kind)
        db.execute(
            "INSERT INTO pushes (appid, user_id, what, tries, outcome, at) VALUES (?, ?, ?, ?, ?, ?)",
            (push.app["appid"], push.user_id, what, delivery.tries, delivery.outcome, at),
        )
        if delivery.reply:
            chat.add(db, push.app["appid"], push.user_id, chat.text("account", delivery.reply), at)
        elif delivery.outcome == "no-answer" and push.kind == "text":
            chat.add(db, push.app["appid"], push.user_id, chat.notice(OUT_OF_ORDER), at)


def _xml(push: Push, created: int) -> str:
    common = {"ToUserName": original_id(push.app), "FromUserName": push.openid}
    lines = {**common, "CreateTime": str(created), "MsgType": push.kind, **push.fields}
    return "<xml>" + "".join(f"<{key}>{_cdata(value)}</{key}>" for key, value in lines.items()) + "</xml>"


def original_id(app: Mapping[str, Any]) -> str:
    """The account's gh_ name."""
    return "gh_" + crypto.signature(app["appid"])[:12]


def new_msg_id() -> str:
    """An id such as messages have: of 18 digits, more than a float holds."""
    return str(10**17 + secrets.randbelow(9 * 10**17))


def _cdata(value: str) -> str:
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _read_reply(app: Mapping[str, Any], body: str) -> str | None:
    """The text that an answer says to the user, empty for nothing; None when WeChat would not take the answer."""
    if body.strip() in {"", "success"}:
        return ""
    tree, _ = parse_tree(body)
    if "Encrypt" in tree:
        expected = crypto.signature(app["token"], tree["TimeStamp"], tree["Nonce"], tree["Encrypt"])
        if not crypto.same(expected, tree["MsgSignature"]):
            return None
        tree, _ = parse_tree(crypto.unseal(tree["Encrypt"], crypto.aes_key(app["aes_key"]), app["appid"]))
    elif app["aes_key"]:
        return None
    return str(tree.get("Content") or "") if tree.get("MsgType") == "text" else None
