from typing import Any

from pydantic import ValidationError

from backend.kit.definitions import faults
from backend.lottery.book import DrawBook
from backend.lottery.errors import DefinitionRefused


def checked(definition: dict[str, Any]) -> DrawBook:
    """The draw that a definition says. Raises DefinitionRefused, which tells what is wrong with it."""
    try:
        book = DrawBook.model_validate(definition)
    except ValidationError as error:
        raise DefinitionRefused(why=faults(error)) from error
    if book.tickets.given and book.cost.kind != "ticket":
        raise DefinitionRefused(why="只有以抽奖券参加的抽奖才有 tickets")
    if book.cost.kind == "ticket" and not book.tickets.given:
        raise DefinitionRefused(why="以抽奖券参加的抽奖须写明 tickets，否则无人能得到抽奖券")
    return book
