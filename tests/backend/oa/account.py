"""WeChat's side of the callback address: seals and signs pushes, opens the answers."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

import xmltodict
from sqlalchemy import func, select

from backend.checkin import CheckIn
from backend.oa.receipts import Receipt
from backend.wechat.callback import ENVELOPE
from backend.wechat.crypto import aes_key, seal, signature, unseal
from tests.support.runtimes import MP, OA

OPENID = "o-follower-1"
ACCOUNT = "gh_97417a04a28d"

_msg_ids = count(24_000_000_000_000_001)
_nonces = count(1)


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    text: str | None
    fields: dict[str, str] = field(default_factory=dict)


class Account:
    """Pushes for one appid to the app behind `client`, at the address `path`."""

    def __init__(self, client, clock, *, app=OA, path="/wechat/oa", openid=OPENID):
        self.client, self.clock, self.app, self.path, self.openid = client, clock, app, path, openid

    def say(self, words, *, msg_id=None, **more):
        return self.push(text_xml(words, msg_id=msg_id, openid=self.openid, at=self.clock.now()), **more)

    def event(self, kind, **fields):
        return self.push(event_xml(kind, openid=self.openid, at=self.clock.now(), **fields))

    def push(self, xml, **more):
        query, body = self.sealed(xml, **more)
        return self.post(query, body)

    def post(self, query, body):
        return self.opened(self.client.post(self.path, query_string=query, data=body, content_type="text/xml"))

    def sealed(self, plain, *, at=None, app=None):
        """The query and the body of a push in safe mode."""
        app = app or self.app
        timestamp, nonce = str(int((at or self.clock.now()).timestamp())), str(next(_nonces))
        encrypt = seal(plain, aes_key(app.aes_key), app.appid, random=b"r" * 16)
        signed = signature(app.token, timestamp, nonce, encrypt)
        query = {
            "signature": signature(app.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": signed,
        }
        return query, ENVELOPE.format(encrypt=encrypt, signature=signed, timestamp=timestamp, nonce=nonce).encode()

    def signed(self, *, at=None):
        """The query of a push in plain mode, or of WeChat's check of the address."""
        timestamp, nonce = str(int((at or self.clock.now()).timestamp())), str(next(_nonces))
        return {"signature": signature(self.app.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}

    def opened(self, response):
        body = response.get_data(as_text=True)
        if response.status_code != 200 or body == "success":
            return Answer(response.status_code, body, None)
        tree = xmltodict.parse(body)["xml"]
        if "Encrypt" in tree:
            expected = signature(self.app.token, tree["TimeStamp"], tree["Nonce"], tree["Encrypt"])
            assert tree["MsgSignature"] == expected
            tree = xmltodict.parse(unseal(tree["Encrypt"], aes_key(self.app.aes_key), self.app.appid))["xml"]
        return Answer(response.status_code, body, tree["Content"], tree)


def mini_program(client, clock):
    return Account(client, clock, app=MP, path="/wechat/mp")


def text_xml(words, *, msg_id=None, openid=OPENID, at: datetime):
    words = words.replace("]]>", "]]]]><![CDATA[>")
    return _xml("text", openid, at, Content=words, MsgId=str(msg_id or next(_msg_ids)))


def event_xml(kind, *, openid=OPENID, at: datetime, **fields):
    return _xml("event", openid, at, Event=kind, **fields)


def _xml(kind, openid, at, **fields):
    lines = {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": str(int(at.timestamp())), "MsgType": kind}
    return "<xml>" + "".join(f"<{key}><![CDATA[{text}]]></{key}>" for key, text in (lines | fields).items()) + "</xml>"


def receipts(sessions):
    """How many pushes were taken."""
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(Receipt))


def check_ins(sessions):
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(CheckIn))
