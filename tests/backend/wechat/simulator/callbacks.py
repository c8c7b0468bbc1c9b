"""An official account's callback for tests: answers what it is told to, remembers what it was sent."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from backend.wechat import AppCredentials, Callback, Message, TextMessage, passive_reply

Given = tuple[dict[str, str], bytes]


@dataclass
class Shop:
    """The other end of pushes. `delays` are the seconds that the next answers take."""

    credentials: AppCredentials
    now: datetime
    url: str = ""
    reply: str | None = "success"
    status: int = 200
    in_plain: bool = False
    delays: list[float] = field(default_factory=list)
    received: list[Message] = field(default_factory=list)
    raw: list[Given] = field(default_factory=list)

    def take(self) -> Response:
        self.raw.append((request.args.to_dict(), request.get_data()))
        callback = Callback(self.credentials)
        push = callback.receive(request.args, request.get_data(), now=self.now)
        self.received.append(push.message)
        time.sleep(self.delays.pop(0) if self.delays else 0)
        if self.reply is None or not isinstance(push.message, TextMessage):
            return Response("success" if self.reply is None else "", self.status)
        if self.reply in {"success", "garbage"}:
            return Response(self.reply, self.status)
        words = passive_reply(push.message.from_user, push.message.to_user, self.reply, at=self.now)
        if self.in_plain:
            return Response(words)
        return Response(callback.answer(push, words, now=self.now, nonce="7", random=b"r" * 16), self.status)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        return


@contextmanager
def running_shop(credentials: AppCredentials, now: datetime) -> Iterator[Shop]:
    shop = Shop(credentials, now.astimezone(UTC))
    program = Flask("shop")
    program.add_url_rule("/wechat", view_func=shop.take, methods=["POST"])
    server = make_server("127.0.0.1", 0, program, threaded=True, request_handler=_Quiet)
    shop.url = f"http://127.0.0.1:{server.port}/wechat"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
