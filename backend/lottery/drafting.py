from typing import Any

from pydantic import ValidationError

from backend.lottery.book import DrawBook
from backend.lottery.errors import DefinitionRefused


def checked(definition: dict[str, Any]) -> DrawBook:
    """The draw that a definition says. Raises DefinitionRefused, which tells all that is wrong with it."""
    try:
        return DrawBook.model_validate(definition)
    except ValidationError as error:
        told = [_words(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        raise DefinitionRefused(why="；".join(dict.fromkeys(told))) from error


def _words(place: str, why: str) -> str:
    why = why.removeprefix("Value error, ")
    return f"{place}：{why}" if place else why
