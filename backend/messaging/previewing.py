"""How each channel says a message, for those who write the texts: what is shown, and what of it did not fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.kit.errors import Invalid
from backend.messaging.wording import CATALOGUE
from backend.wechat import fit
from templates_msg.catalogue import Field, Template

OFFICIAL_ACCOUNT: Final = "official-account"
SUBSCRIPTION: Final = "subscription"
SMS: Final = "sms"
TEXT: Final = "text"
RENDERINGS: Final = (OFFICIAL_ACCOUNT, SUBSCRIPTION, SMS, TEXT)


class WordUnknown(Invalid):
    """A message has no such word."""

    code = "messages.word-unknown"
    message = "消息中没有这个词：{word}"


@dataclass(frozen=True)
class Line:
    """One line as a phone shows it, `shown` of what was `wanted`; `key` is WeChat's field, or the word of an SMS."""

    key: str
    label: str
    shown: str
    wanted: str

    @property
    def cut(self) -> bool:
        """Whether something of what was wanted is not shown as it is."""
        return self.shown != self.wanted


@dataclass(frozen=True)
class Listed:
    """A message of the catalogue: what it is, and by which renderings it can be said."""

    name: str
    title: str
    kind: str
    when: str
    said_by: tuple[str, ...]


def preview(name: str, rendering: str, words: Mapping[str, str]) -> list[Line]:
    """The lines of a message with its sample, but for the words that are given; none where it is not said that way.

    Raises WordUnknown.
    """
    template = CATALOGUE[name]
    for word in words:
        if word not in template.sample:
            raise WordUnknown(word=word)
    said = {**template.sample, **words}
    if rendering == TEXT:
        text = template.text.format_map(said)
        return [Line(TEXT, template.title, text, text)]
    if rendering == SMS:
        return [Line(word, word, said[word], said[word]) for word in template.sms]
    return [_line(field, said) for field in fields_of(template, rendering)]


def listed() -> list[Listed]:
    """The whole catalogue."""
    return [
        Listed(name, template.title, template.kind, template.when, _said_by(template))
        for name, template in CATALOGUE.items()
    ]


def fields_of(template: Template, rendering: str) -> tuple[Field, ...]:
    """The fields that WeChat draws: of the template message, or of subscription notices and subscribe messages."""
    return template.official_account if rendering == OFFICIAL_ACCOUNT else template.subscription


def _line(field: Field, words: Mapping[str, str]) -> Line:
    wanted = field.wording.format_map(words)
    return Line(field.key, field.label, fit(field.key, wanted), wanted)


def _said_by(template: Template) -> tuple[str, ...]:
    said = {
        OFFICIAL_ACCOUNT: template.official_account,
        SUBSCRIPTION: template.subscription,
        SMS: template.sms,
        TEXT: template.text,
    }
    return tuple(name for name, how in said.items() if how)
