"""UPDATEs that are their own condition: what is taken within a limit is taken once, whoever else takes of it."""

from typing import Any, cast

from sqlalchemy import CursorResult, Update
from sqlalchemy.orm import Session


def hit_one(session: Session, change: Update) -> bool:
    """Whether an UPDATE that is its own condition has changed its one row; rows that the session holds stay as read."""
    result = session.execute(change, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount == 1
