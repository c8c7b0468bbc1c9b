"""What WeChat tells of subscribe messages and subscription notices, read from an event.

In XML the items stand in an element of the event's own name, in JSON at its top; one item is an object, several are a
list. What cannot be read is left out: WeChat would only send it again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.wechat.messages import Event

POPUP: Final = "subscribe_msg_popup_event"
CHANGE: Final = "subscribe_msg_change_event"
SENT: Final = "subscribe_msg_sent_event"
CHOICES: Final = {"accept": True, "reject": False}
IN_XML: Final = {POPUP: "SubscribeMsgPopupEvent", CHANGE: "SubscribeMsgChangeEvent", SENT: "SubscribeMsgSentEvent"}
SHOWN: Final = "0"


@dataclass(frozen=True, slots=True)
class SubscriptionAnswer:
    """What a user answered when asked for messages of a template, or chose in the settings."""

    template_id: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class SubscriptionOutcome:
    """What became of a message that WeChat had taken; `error` is None where it was shown."""

    msgid: str
    error: str | None


def subscription_answers(event: Event) -> list[SubscriptionAnswer]:
    """The answers that a popup or change event tells of."""
    if event.kind not in {POPUP, CHANGE}:
        return []
    told = ((_text(item, "TemplateId"), CHOICES.get(_text(item, "SubscribeStatusString"))) for item in _items(event))
    return [SubscriptionAnswer(which, accepted) for which, accepted in told if which and accepted is not None]


def subscription_outcomes(event: Event) -> list[SubscriptionOutcome]:
    """The outcomes that a sent event tells of."""
    if event.kind != SENT:
        return []
    return [SubscriptionOutcome(_text(item, "MsgID"), _error(item)) for item in _items(event) if _text(item, "MsgID")]


def _error(item: Mapping[str, Any]) -> str | None:
    code = _text(item, "ErrorCode")
    return None if code == SHOWN else f"{code} {_text(item, 'ErrorStatus')}"[:128]


def _items(event: Event) -> Iterator[Mapping[str, Any]]:
    inner = event.fields.get(IN_XML[event.kind])
    found = inner.get("List") if isinstance(inner, Mapping) else event.fields.get("List")
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, Mapping):
            yield item


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return str(value) if isinstance(value, str | int) else ""
