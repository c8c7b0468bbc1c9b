from typing import Any

from pydantic import ValidationError

from backend.kit.definitions import faults
from backend.lottery.book import DrawBook
from backend.lottery.errors import DefinitionRefused


def checked(definition: dict[str, Any]) -> DrawBook:
    """The draw that a definition says. Raises DefinitionRefused, which tells all that is wrong with it."""
    try:
        return DrawBook.model_validate(definition)
    except ValidationError as error:
        raise DefinitionRefused(why=faults(error)) from error
