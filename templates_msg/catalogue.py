"""Loads the message texts of this folder and checks that each is whole."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any, Final

HERE: Final = Path(__file__).parent
PARTS: Final = {"name", "title", "kind", "topic", "when", "page", "text", "sample"}
FIELDS: Final = {"official_account", "subscription"}
SMS: Final = "sms"
FIELD_PARTS: Final = {"key", "label", "wording"}
SERVICE: Final = "service"
MARKETING: Final = "marketing"
KINDS: Final = {SERVICE, MARKETING}
AT_ONCE: Final = "at once"
BY_DAY: Final = "by day"
TIMES: Final = {AT_ONCE, BY_DAY}
FIELD_KEY: Final = re.compile(r"[a-z_]+[0-9]+")
MOST_FIELDS: Final = 5  # a template of WeChat's library shows no more


class BadTemplate(ValueError):
    """A message text that cannot be used; says which file and why."""


@dataclass(frozen=True)
class Field:
    """One line of a message of WeChat: its field key, the label that is drawn, the wording with its {words}."""

    key: str
    label: str
    wording: str


@dataclass(frozen=True)
class Template:
    """A message: its title, the page that a tap opens, a sample of all its words, and how each channel says it.

    `kind` is `service`, what members did or own, or `marketing`, all else, which WeChat blocks in template messages;
    `topic` is what they choose to be told of, or not. `when` is `at once`, also at night, or `by day`.
    `official_account` are the fields of the template message, `subscription` those of subscription notices and
    subscribe messages (the same ones, where the file does not give its own), `text` what is said where there are no
    fields, `sms` the words that fill the SMS template in its order (none: not sent by SMS).
    """

    name: str
    title: str
    kind: str
    topic: str
    when: str
    page: str
    text: str
    sample: Mapping[str, str]
    official_account: tuple[Field, ...]
    subscription: tuple[Field, ...]
    sms: tuple[str, ...]

    @property
    def lines(self) -> tuple[Field, ...]:
        """What the inbox draws."""
        return self.official_account or self.subscription


Catalogue = Mapping[str, Template]


def load(folder: Path = HERE) -> Catalogue:
    """All messages of a folder by name. Raises BadTemplate for the first that is not whole."""
    templates = (_read(path) for path in sorted(folder.glob("*.toml")))
    return MappingProxyType({template.name: template for template in templates})


def _read(path: Path) -> Template:
    try:
        return _template(tomllib.loads(path.read_text("utf-8")), path.stem)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadTemplate(f"{path.name}: {error}") from error


def _template(given: dict[str, Any], stem: str) -> Template:
    _check(PARTS <= set(given) <= PARTS | FIELDS | {SMS}, f"has to hold {', '.join(sorted(PARTS))}, and fields")
    official_account = _fields(given, "official_account")
    template = Template(
        **{part: given[part] for part in PARTS - {"sample"}},
        sample=MappingProxyType(dict(given["sample"])),
        official_account=official_account,
        subscription=_fields(given, "subscription") or official_account,
        sms=tuple(given.get(SMS, ())),
    )
    _check(template.name == stem, "is not named like its file")
    _check_parts(template)
    _check_words(template)
    return template


def _fields(given: dict[str, Any], channel: str) -> tuple[Field, ...]:
    fields = tuple(_field(row) for row in given.get(channel, ()))
    keys = [field.key for field in fields]
    _check(len(set(keys)) == len(keys), "has a field key twice")
    _check(len(keys) <= MOST_FIELDS, f"has more than {MOST_FIELDS} fields")
    _check(all(FIELD_KEY.fullmatch(key) for key in keys), "has a field key that is none of WeChat's")
    return fields


def _field(row: dict[str, str]) -> Field:
    _check(set(row) == FIELD_PARTS, f"has a field that does not hold exactly {', '.join(sorted(FIELD_PARTS))}")
    return Field(**row)


def _check_parts(template: Template) -> None:
    _check(template.kind in KINDS, f"is of no known kind: {template.kind}")
    _check(template.when in TIMES, f"is for no known time: {template.when}")
    _check(
        bool(template.title) and not template.page.startswith("/"), "needs a title, and a page without leading slash"
    )
    _check(bool(template.lines), "has no fields")
    blocked = template.kind == MARKETING and (template.official_account or template.when == AT_ONCE)
    _check(not blocked, "is marketing, which WeChat blocks in template messages and nobody wants at night")


def _check_words(template: Template) -> None:
    _check(all(isinstance(word, str) and word for word in template.sample.values()), "has an empty word in its sample")
    fields = {*template.official_account, *template.subscription}
    used = {word for field in fields for word in _placeholders(field.wording)}
    used |= _placeholders(template.text) | set(template.sms)
    _check(used == set(template.sample), f"uses other words than its sample has: {sorted(used ^ set(template.sample))}")


def _placeholders(wording: str) -> set[str]:
    parts = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(wording) if name is not None]
    plain = all(name.isidentifier() and not spec and not conversion for name, spec, conversion in parts)
    _check(plain, f"has a placeholder that is no plain word: {wording}")
    return {name for name, _, _ in parts}


def _check(good: bool, complaint: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not good:
        raise ValueError(complaint)
