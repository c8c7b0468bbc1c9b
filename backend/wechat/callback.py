import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from backend.wechat import crypto
from backend.wechat.credentials import AppCredentials
from backend.wechat.messages import BadCallback, Message, parse_message, parse_tree

MAX_AGE: Final = 300  # seconds, both ways; WeChat's three tries take fifteen
MAX_BYTES: Final = 64 * 1024
ENVELOPE: Final = (
    "<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
    "<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
)


@dataclass(frozen=True, slots=True)
class Push:
    """A verified push: its message, and what an answer must be sealed with."""

    message: Message
    key: bytes | None = field(repr=False)
    is_json: bool


class Callback:
    """The address that WeChat pushes to, of one appid.

    With an AES key only sealed pushes are accepted, because the signature of a plain one does not cover its body.
    `previous_aes_keys` stay valid while the console rotates keys. A push is refused when its timestamp is `max_age`
    seconds off; within that time a replay is for the caller to notice by `Message.dedup_key`, since WeChat itself
    repeats a push that was not answered.
    """

    def __init__(
        self, credentials: AppCredentials, *, previous_aes_keys: Sequence[str] = (), max_age: int = MAX_AGE
    ) -> None:
        keys = [credentials.aes_key, *previous_aes_keys] if credentials.aes_key else []
        self._keys = [crypto.aes_key(key) for key in keys]
        self._token = credentials.token
        self._appid = credentials.appid
        self._max_age = max_age

    def echo(self, query: Mapping[str, str], *, now: datetime) -> str:
        """What answers the check made when the address is entered in the console. Raises BadCallback."""
        self._check_age(query, now)
        self._check(query, "signature")
        return query.get("echostr", "")

    def receive(self, query: Mapping[str, str], body: bytes, *, now: datetime) -> Push:
        """The verified message of a POST. Raises BadCallback and nothing else, whatever the bytes are."""
        if len(body) > MAX_BYTES:
            raise BadCallback("too large")
        self._check_age(query, now)
        if not self._keys:
            self._check(query, "signature")
            tree, is_json = parse_tree(_decoded(body))
            return Push(parse_message(tree), None, is_json)
        return self._receive_sealed(query, body)

    def answer(self, push: Push, reply: str, *, now: datetime, nonce: str, random: bytes) -> str:
        """The body that answers `push`: sealed with the key which opened it, or as it is in plain mode."""
        if push.key is None:
            return reply
        timestamp = str(int(now.timestamp()))
        encrypt = crypto.seal(reply, push.key, self._appid, random=random)
        signed = crypto.signature(self._token, timestamp, nonce, encrypt)
        if push.is_json:
            envelope = {"Encrypt": encrypt, "MsgSignature": signed, "TimeStamp": int(timestamp), "Nonce": nonce}
            return json.dumps(envelope)
        return ENVELOPE.format(encrypt=encrypt, signature=signed, timestamp=timestamp, nonce=nonce)

    def _receive_sealed(self, query: Mapping[str, str], body: bytes) -> Push:
        envelope, is_json = parse_tree(_decoded(body))
        encrypt = envelope.get("Encrypt")
        if not isinstance(encrypt, str):
            raise BadCallback("not sealed")
        self._check(query, "msg_signature", encrypt)
        for key in self._keys:
            try:
                plain = crypto.unseal(encrypt, key, self._appid)
            except crypto.NotSealed:
                continue
            return Push(parse_message(parse_tree(plain)[0]), key, is_json)
        raise BadCallback("no key opens it")

    def _check(self, query: Mapping[str, str], name: str, *signed: str) -> None:
        expected = crypto.signature(self._token, query.get("timestamp", ""), query.get("nonce", ""), *signed)
        # An empty token would let anybody sign.
        if not self._token or not crypto.same(expected, query.get(name, "")):
            raise BadCallback("signature")

    def _check_age(self, query: Mapping[str, str], now: datetime) -> None:
        timestamp = query.get("timestamp", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("1234567890123")):
            raise BadCallback("timestamp")
        if abs(now.timestamp() - int(timestamp)) > self._max_age:
            raise BadCallback("too old")


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadCallback("not UTF-8") from error
