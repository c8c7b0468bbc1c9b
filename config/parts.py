"""How the environment spells things."""

from typing import Annotated, Final

from pydantic import AfterValidator

QUOTAS_WANTED: Final = "a list CHANNEL=MESSAGES_A_DAY,… is wanted"


def template_ids(value: object) -> object:
    """A list NAME=TEMPLATE_ID,… as a mapping; what is no text stays as it is. ValueError for another list."""
    return _pairs(value, "a list NAME=TEMPLATE_ID,… is wanted") if isinstance(value, str) else value


def quotas(value: object) -> object:
    """A list CHANNEL=MESSAGES_A_DAY,… as a mapping; what is no text stays as it is. ValueError for another list."""
    if not isinstance(value, str):
        return value
    pairs = _pairs(value, QUOTAS_WANTED)
    if not all(number.isascii() and number.isdigit() and int(number) for number in pairs.values()):
        raise ValueError(QUOTAS_WANTED)
    return {name: int(number) for name, number in pairs.items()}


def web_address(value: str) -> str:
    """An address without its last slashes. ValueError for what is none."""
    if not value.startswith(("http://", "https://")):
        raise ValueError("an address begins with http:// or https://")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(web_address)]


def _pairs(value: str, wanted: str) -> dict[str, str]:
    found = {}
    for pair in filter(None, map(str.strip, value.split(","))):
        name, _, said = (part.strip() for part in pair.partition("="))
        if not name or not said:
            raise ValueError(wanted)
        found[name] = said
    return found
