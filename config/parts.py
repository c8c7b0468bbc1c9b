"""How the environment spells things."""

from typing import Annotated

from pydantic import AfterValidator


def template_ids(value: object) -> object:
    """A list NAME=TEMPLATE_ID,… as a mapping; what is no text stays as it is. ValueError for another list."""
    if not isinstance(value, str):
        return value
    found = {}
    for pair in filter(None, map(str.strip, value.split(","))):
        name, _, template_id = (part.strip() for part in pair.partition("="))
        if not name or not template_id:
            raise ValueError("a list NAME=TEMPLATE_ID,… is wanted")
        found[name] = template_id
    return found


def web_address(value: str) -> str:
    """An address without its last slashes. ValueError for what is none."""
    if not value.startswith(("http://", "https://")):
        raise ValueError("an address begins with http:// or https://")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(web_address)]
