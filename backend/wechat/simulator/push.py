import json
import secrets
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from queue import SimpleQueue
from typing import Any, Final

import requests

from backend.kit.clock import Clock
from backend.wechat import crypto
from backend.wechat.callback import ENVELOPE
from backend.wechat.messages import BadCallback
from backend.wechat.simulator import chat
from backend.wechat.simulator.envelope import element, read_reply
from backend.wechat.simulator.store import Store

TRIES: Final = 3
WORKERS: Final = 2
OUT_OF_ORDER: Final = "该公众号提供的服务出现故障，请稍后再试"


@dataclass(frozen=True, slots=True)
class Push:
    """Something to tell an account: who did it, and the fields of the message beside its four common ones.

    A field holds a text, further fields, or a list of which each becomes an element.
    """

    appid: str
    user_id: int
    kind: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a push: `answered`, `no-answer` after all tries, or `nowhere` without a callback address.

    `reply` is what the answer says in words, `said` what the phone shows of it.
    """

    outcome: str
    tries: int
    reply: str | None
    said: chat.Said | None = None


class Pusher:
    """Posts to the accounts' callback addresses as WeChat does: an answer within 5 s, three tries in all, one MsgId."""

    def __init__(self, store: Store, clock: Clock, *, timeout: float) -> None:
        self._store = store
        self._clock = clock
        self._timeout = timeout
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._quiet = threading.Condition()
        self._closing = threading.Event()
        for waiting in self._waiting():
            self._queue.put(waiting)
        self._workers = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]
        for worker in self._workers:
            worker.start()

    def push_now(self, push: Push) -> Delivery:
        """Deliver and record it; the reply goes into the user's chat."""
        return self._push(push, int(self._clock.now().timestamp()), waiting=None)

    def push_later(self, db: sqlite3.Connection, push: Push) -> None:
        """Deliver it in the background once the transaction is over; it is kept until then, over a restart too."""
        waiting = secrets.token_hex(8)
        created = int(self._clock.now().timestamp())
        db.execute("INSERT INTO waiting VALUES (?, ?, ?)", (waiting, json.dumps(asdict(push)), created))
        self._queue.put(waiting)

    def wait_until_quiet(self, timeout: float) -> bool:
        """Wait until nothing is under way in the background; False when the time is over before."""
        with self._quiet:
            return self._quiet.wait_for(lambda: not self._waiting(), timeout)

    def close(self) -> None:
        """End the background; what was not answered in it goes out at the next start of the same state."""
        self._closing.set()
        for _ in self._workers:
            self._queue.put(None)
        for worker in self._workers:
            worker.join(self._timeout * 2)

    def _waiting(self) -> list[str]:
        with self._store.transaction() as db:
            return [row["id"] for row in db.execute("SELECT id FROM waiting ORDER BY rowid")]

    def _work(self) -> None:
        while (waiting := self._queue.get()) is not None and not self._closing.is_set():
            # The one who queued it still holds the store until its transaction is over.
            with self._store.transaction() as db:
                row = db.execute("SELECT push, created FROM waiting WHERE id = ?", (waiting,)).fetchone()
            if row is not None:
                self._push(Push(**json.loads(row["push"])), row["created"], waiting=waiting)
            with self._quiet:
                self._quiet.notify_all()

    def _push(self, push: Push, created: int, *, waiting: str | None) -> Delivery:
        with self._store.transaction() as db:
            app = db.execute(
                "SELECT a.*, i.openid FROM apps a JOIN identities i USING (appid) WHERE appid = ? AND user_id = ?",
                (push.appid, push.user_id),
            ).fetchone()
        delivery = self._deliver(push, dict(app), created)
        if self._closing.is_set() and delivery.outcome == "no-answer":
            return delivery
        with self._store.transaction() as db:
            _record(db, push, delivery, int(self._clock.now().timestamp() * 1000))
            db.execute("DELETE FROM waiting WHERE id = ?", (waiting,))
        return delivery

    def _deliver(self, push: Push, app: Mapping[str, Any], created: int) -> Delivery:
        if not app["callback_url"]:
            return Delivery("nowhere", 0, None)
        common = {"ToUserName": _account_name(push.appid), "FromUserName": app["openid"], "CreateTime": str(created)}
        xml = element("xml", {**common, "MsgType": push.kind, **push.fields})
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._post(app, xml)
                reply = read_reply(app, answer.text) if answer.ok else None
            except (requests.RequestException, BadCallback, ValueError, KeyError, TypeError):
                reply = None
            if reply is not None:
                return Delivery("answered", attempt, reply.get("text"), reply or None)
            if self._closing.is_set():
                break
        return Delivery("no-answer", attempt, None)

    def _post(self, app: Mapping[str, Any], xml: str) -> requests.Response:
        nonce, timestamp = str(secrets.randbelow(10**9)), str(int(self._clock.now().timestamp()))
        query = {
            "signature": crypto.signature(app["token"], timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": app["openid"],
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


def new_msg_id() -> str:
    """An id such as messages have: of 18 digits, more than a float holds."""
    return str(10**17 + secrets.randbelow(9 * 10**17))


def _record(db: sqlite3.Connection, push: Push, delivery: Delivery, at: int) -> None:
    what = push.fields.get("Event", push.kind)
    db.execute(
        "INSERT INTO pushes (appid, user_id, what, tries, outcome, at) VALUES (?, ?, ?, ?, ?, ?)",
        (push.appid, push.user_id, what, delivery.tries, delivery.outcome, at),
    )
    if delivery.said:
        chat.add(db, push.appid, push.user_id, delivery.said, at)
    elif delivery.outcome == "no-answer" and push.kind == "text":
        chat.add(db, push.appid, push.user_id, chat.notice(OUT_OF_ORDER), at)


def _account_name(appid: str) -> str:
    return "gh_" + crypto.signature(appid)[:12]
