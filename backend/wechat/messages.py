"""What users and WeChat itself say to the official account or mini-program, read from a push's body."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from xml.parsers.expat import ExpatError

import xmltodict

QR_PREFIX: Final = "qrscene_"
READABLE: Final = {
    "image": ("PicUrl",),
    "voice": ("Recognition",),  # where speech recognition is switched on
    "location": ("Label", "Location_X", "Location_Y"),
    "link": ("Title", "Url"),
}
SURROGATE: Final = re.compile("[\\ud800-\\udfff]")  # JSON can spell them, no database can store them


class BadCallback(Exception):
    """The push is not WeChat's, too old, too large or unreadable. Answer 403 and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One push. `from_user` is the sender's openid, `to_user` our account's gh_ name."""

    from_user: str = field(repr=False)
    to_user: str
    created_at: datetime
    msg_id: str | None

    @property
    def dedup_key(self) -> str:
        """64 hex digits, equal for all tries of one push: by MsgId, for events by sender, CreateTime and what it is."""
        which = [self.msg_id] if self.msg_id is not None else self._sent()
        return _digest(self.to_user, "message", *which)

    def _sent(self) -> list[str]:
        return [self.from_user, str(int(self.created_at.timestamp()))]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage(Message):
    """A user wrote."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Message):
    """Something happened; `kind` as WeChat spells it (subscribe, unsubscribe, SCAN, CLICK, TEMPLATESENDJOBFINISH).

    `key` is EventKey, `status` the outcome of a template message, whose `msg_id` is the one that sending it answered;
    `fields` is the whole push.
    """

    kind: str
    key: str = ""
    status: str = ""
    fields: Mapping[str, Any] = field(repr=False, default_factory=dict)

    @property
    def scene(self) -> str | None:
        """What the QR code that led here carries, None without a QR code."""
        if self.kind == "subscribe":
            return self.key.removeprefix(QR_PREFIX) if self.key.startswith(QR_PREFIX) else None
        return self.key if self.kind == "SCAN" else None

    @property
    def dedup_key(self) -> str:
        """As of every message; the MsgID of an event is a part of it and does not stand alone.

        So is what it nests: two subscribe messages of one second differ in nothing else.
        """
        nested = (json.dumps(value, sort_keys=True) for value in self.fields.values() if isinstance(value, dict | list))
        return _digest(self.to_user, "event", *self._sent(), self.kind, self.key, self.msg_id or "", *nested)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Message):
    """A kind of message other than text, such as an image or a location; `said` is what can be read of it."""

    kind: str
    said: str = field(repr=False, default="")


def parse_tree(body: str) -> tuple[dict[str, Any], bool]:
    """The fields of an XML or JSON body, and whether it was JSON. Raises BadCallback."""
    is_json = body.lstrip().startswith("{")
    try:
        tree = json.loads(body) if is_json else xmltodict.parse(body).get("xml")
    except (ValueError, ExpatError, RecursionError, AttributeError) as error:
        raise BadCallback("unreadable body") from error
    if not isinstance(tree, dict):
        raise BadCallback("not a message")
    return tree, is_json


def parse_message(tree: Mapping[str, Any]) -> Message:
    """The message in a decrypted body. Raises BadCallback."""
    kind = _text(tree, "MsgType")
    common: dict[str, Any] = {
        "from_user": _required(tree, "FromUserName"),
        "to_user": _required(tree, "ToUserName"),
        "created_at": _instant(tree),
        "msg_id": _text(tree, "MsgId") or _text(tree, "MsgID") or None,
    }
    if kind == "text":
        return TextMessage(**common, text=_text(tree, "Content"))
    if kind == "event":
        return Event(
            **common,
            kind=_required(tree, "Event"),
            key=_text(tree, "EventKey"),
            status=_text(tree, "Status"),
            fields=MappingProxyType(dict(tree)),
        )
    read = (_text(tree, name) for name in READABLE.get(kind, ()))
    return Unknown(**common, kind=kind, said=" ".join(filter(None, read)))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _text(tree: Mapping[str, Any], key: str) -> str:
    value = tree.get(key)
    if isinstance(value, str):
        if not value.isascii() and SURROGATE.search(value):
            raise BadCallback("not Unicode")
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _required(tree: Mapping[str, Any], key: str) -> str:
    value = _text(tree, key)
    if not value:
        raise BadCallback(f"no {key}")
    return value


def _instant(tree: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(int(_required(tree, "CreateTime")), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadCallback("CreateTime") from error
