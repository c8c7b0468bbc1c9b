"""News goes up: a domain announces what happened, `backend.listeners` says who reacts.

Listeners run at once, in the same transaction. They write rows only; if one raises, the whole call is undone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

Listener = Callable[[Session, Any], None]
Listeners = Mapping[type, Sequence[Listener]]


@dataclass(frozen=True)
class Together:
    """A listener that can hear one fact, or many of its type at once, to the same rows."""

    one: Callable[..., None]
    many: Callable[[Session, Sequence[Any]], None]

    def __call__(self, session: Session, fact: object, **how: object) -> None:
        """Hear one."""
        self.one(session, fact, **how)


def announce(session: Session, fact: object) -> None:
    """Tell `fact` to everyone who listens for its type, in the order of the table."""
    listeners: Listeners = session.info["listeners"]
    for listener in listeners.get(type(fact), ()):
        listener(session, fact)


def announce_all(session: Session, facts: Sequence[object]) -> None:
    """Tell facts of one type to everyone who listens for it: together to who can hear them so, else one by one."""
    listeners: Listeners = session.info["listeners"]
    for listener in listeners.get(type(facts[0]), ()) if facts else ():
        if isinstance(listener, Together):
            listener.many(session, facts)
        else:
            for fact in facts:
                listener(session, fact)
