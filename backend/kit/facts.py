"""News goes up: a domain announces what happened, `backend.listeners` says who reacts.

Listeners run at once, in the same transaction. They write rows only; if one raises, the whole call is undone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

Listener = Callable[[Session, Any], None]
Listeners = Mapping[type, Sequence[Listener]]


def announce(session: Session, fact: object) -> None:
    """Tell `fact` to everyone who listens for its type, in the order of the table."""
    listeners: Listeners = session.info["listeners"]
    for listener in listeners.get(type(fact), ()):
        listener(session, fact)
