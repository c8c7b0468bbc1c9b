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
PARTS: Final = {"name", "title", "kind", "page", "sample", "official_account"}
FIELD_PARTS: Final = {"key", "label", "wording"}
KINDS: Final = {"service"}  # what a member did or owns; WeChat blocks marketing in template messages
FIELD_KEY: Final = re.compile(r"[a-z_]+[0-9]+")
MOST_FIELDS: Final = 5  # a template of WeChat's library shows no more


class BadTemplate(ValueError):
    """A message text that cannot be used; says which file and why."""


@dataclass(frozen=True)
class Field:
    """One line of a template message: WeChat's field key, the label that is drawn, the wording with its {words}."""

    key: str
    label: str
    wording: str


@dataclass(frozen=True)
class Template:
    """A message: its title, the page that a tap opens, a sample of all its words, its fields by channel."""

    name: str
    title: str
    kind: str
    page: str
    sample: Mapping[str, str]
    official_account: tuple[Field, ...]


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
    _check(set(given) == PARTS, f"has to hold exactly {', '.join(sorted(PARTS))}")
    template = Template(
        name=given["name"],
        title=given["title"],
        kind=given["kind"],
        page=given["page"],
        sample=MappingProxyType(dict(given["sample"])),
        official_account=tuple(_field(row) for row in given["official_account"]),
    )
    _check(template.name == stem, "is not named like its file")
    _check(template.kind in KINDS, f"is of no known kind: {template.kind}")
    _check(
        bool(template.title) and not template.page.startswith("/"), "needs a title, and a page without leading slash"
    )
    _check(all(isinstance(word, str) and word for word in template.sample.values()), "has an empty word in its sample")
    _check_fields(template)
    return template


def _field(row: dict[str, str]) -> Field:
    _check(set(row) == FIELD_PARTS, f"has a field that does not hold exactly {', '.join(sorted(FIELD_PARTS))}")
    return Field(**row)


def _check_fields(template: Template) -> None:
    keys = [field.key for field in template.official_account]
    _check(len(set(keys)) == len(keys), "has a field key twice")
    _check(1 <= len(keys) <= MOST_FIELDS, f"has no fields, or more than {MOST_FIELDS}")
    _check(all(FIELD_KEY.fullmatch(key) for key in keys), "has a field key that is none of WeChat's")
    used = {word for field in template.official_account for word in _placeholders(field.wording)}
    _check(used == set(template.sample), f"uses other words than its sample has: {sorted(used ^ set(template.sample))}")


def _placeholders(wording: str) -> set[str]:
    parts = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(wording) if name is not None]
    plain = all(name.isidentifier() and not spec and not conversion for name, spec, conversion in parts)
    _check(plain, f"has a placeholder that is no plain word: {wording}")
    return {name for name, _, _ in parts}


def _check(good: bool, complaint: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not good:
        raise ValueError(complaint)
