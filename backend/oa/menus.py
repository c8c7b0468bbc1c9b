"""The menu at the foot of the chat, as a file says it: checked as a whole before WeChat is asked. Pure."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

MOST_BUTTONS: Final = 3
MOST_ABOVE: Final = 5
NAME_BYTES: Final = 16  # of a button of the bar: five Chinese characters, of which phones show four
NAME_BYTES_ABOVE: Final = 60
KEY_BYTES: Final = 128
URL_BYTES: Final = 1024
FIELDS: Final = {"click": ("key",), "view": ("url",), "miniprogram": ("url", "appid", "pagepath")}
WEB: Final = ("http://", "https://")

Button = dict[str, Any]


class MenuRefused(ValueError):
    """The file holds no menu that WeChat would take; `complaints` name every fault and the button that has it."""

    def __init__(self, *complaints: str) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


def read_menu(text: str, *, is_toml: bool, names: Mapping[str, str]) -> list[Button]:
    """The buttons that a file says in TOML or in WeChat's own JSON: at most three, each with up to five above it.

    `{NAME}` in an address or appid stands for what `names` has for it. Raises MenuRefused.
    """
    try:
        found = tomllib.loads(text) if is_toml else json.loads(text)
    except ValueError as error:
        raise MenuRefused(f"cannot be read: {error}") from None
    given = _buttons_in(found)
    if complaints := [*_complaints(given, names)]:
        raise MenuRefused(*complaints)
    return [_filled(button, names) for button in given]


def _buttons_in(found: object) -> list[Any]:
    menu = found.get("menu", found) if isinstance(found, dict) else None  # `menu/get` wraps what `menu/create` takes
    buttons = menu.get("button") if isinstance(menu, dict) else None
    if not isinstance(buttons, list):
        raise MenuRefused('wants a list called "button"')
    return buttons


def _complaints(buttons: list[Any], names: Mapping[str, str]) -> Iterator[str]:
    if not 1 <= len(buttons) <= MOST_BUTTONS:
        yield f"{len(buttons)} buttons: 1 to {MOST_BUTTONS} are wanted"
    for number, button in enumerate(buttons, 1):
        place = f"button {number}"
        if not isinstance(button, dict):
            yield f"{place}: no table"
            continue
        above = button.get("sub_button") or []
        yield from _of_name(button, place, NAME_BYTES)
        if not isinstance(above, list) or len(above) > MOST_ABOVE:
            yield f"{place}: sub_button is no list of at most {MOST_ABOVE}"
        elif above:
            yield from _of_parent(button, above, place, names)
        else:
            yield from _of_action(button, place, names)


def _of_parent(button: Button, above: list[Any], place: str, names: Mapping[str, str]) -> Iterator[str]:
    if surplus := sorted(set(button) - {"name", "sub_button"}):
        yield f"{place}: has buttons above it, so nothing becomes of {', '.join(surplus)}"
    for number, one in enumerate(above, 1):
        inner = f"{place}, {number} above it"
        if not isinstance(one, dict):
            yield f"{inner}: no table"
            continue
        yield from _of_name(one, inner, NAME_BYTES_ABOVE)
        if one.get("sub_button"):
            yield f"{inner}: has buttons above it, there is no third level"
        yield from _of_action(one, inner, names)


def _of_name(button: Button, place: str, most: int) -> Iterator[str]:
    name = button.get("name")
    if not isinstance(name, str) or not name.strip():
        yield f"{place}: has no name"
    elif (size := len(name.encode())) > most:
        yield f"{place}: the name {name} has {size} bytes, at most {most} are taken"


def _of_action(button: Button, place: str, names: Mapping[str, str]) -> Iterator[str]:
    wanted = FIELDS.get(str(button.get("type")))
    if wanted is None:
        yield f"{place}: the type is {button.get('type')}, wanted is one of {', '.join(FIELDS)}"
        return
    if surplus := sorted(set(button) - {"type", "name", "sub_button", *wanted}):
        yield f"{place}: a {button['type']} button has no {', '.join(surplus)}"
    for field in wanted:
        value = button.get(field)
        if not isinstance(value, str) or not value.strip():
            fallback = " (where a WeChat that is too old leads)" if field == "url" and "appid" in wanted else ""
            yield f"{place}: {field} is missing{fallback}"
        else:
            yield from _of_value(field, _with_names(value, names), place)


def _of_value(field: str, value: str, place: str) -> Iterator[str]:
    size = len(value.encode())
    if field == "url" and (not value.startswith(WEB) or size > URL_BYTES):
        yield f"{place}: url is no http or https address of at most {URL_BYTES} bytes"
    if field == "key" and size > KEY_BYTES:
        yield f"{place}: key has {size} bytes, at most {KEY_BYTES} are taken"
    if field == "pagepath" and value.startswith("/"):
        yield f"{place}: pagepath begins with a slash"
    if field != "key" and ("{" in value or "}" in value):
        yield f"{place}: {field} holds a name in braces that nobody knows: {value}"


def _filled(button: Button, names: Mapping[str, str]) -> Button:
    above = [_filled(one, names) for one in button.get("sub_button") or []]
    kept = {name: _with_names(value, names) for name, value in button.items() if isinstance(value, str)}
    return {**kept, "sub_button": above} if above else kept


def _with_names(value: str, names: Mapping[str, str]) -> str:
    for name, meaning in names.items():
        value = value.replace(f"{{{name}}}", meaning)
    return value
