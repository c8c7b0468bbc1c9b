"""How a call is made to die: before its commit, in it, or right after it."""

from collections.abc import Callable
from typing import Literal

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from backend.kit.db import Sessions, is_mysql_family

How = Literal["crash", "cut", "killed-before", "killed-after"]


class Crash(Exception):
    """All was written and nothing is committed."""


class Doom:
    """What befalls the next transactions of this process; nothing, until armed. `kill` must not return."""

    def __init__(self, sessions: Sessions, *, kill: Callable[[], None]) -> None:
        self._kill = kill
        self._how: How | None = None
        self._after = 0
        self.struck: How | None = None
        event.listen(sessions.write, "before_commit", self._before)
        event.listen(sessions.write, "after_commit", self._afterwards)

    def arm(self, how: How | None, *, after: int = 0) -> None:
        """Let this befall the transaction that comes after so many others; None calls it off."""
        self._how, self._after, self.struck = how, after, None

    def _before(self, session: Session) -> None:
        if session.in_nested_transaction() or self._how in {None, "killed-after"}:
            return
        if self._after:
            self._after -= 1
            return
        self.struck, self._how = self._how, None
        session.flush()  # all is written when it happens
        if self.struck == "killed-before":
            self._kill()
        if self.struck == "cut" and is_mysql_family(session):
            _cut(session)
        else:
            raise Crash

    def _afterwards(self, session: Session) -> None:
        if self._how != "killed-after" or session.in_nested_transaction():
            return
        if self._after:
            self._after -= 1
            return
        self.struck, self._how = self._how, None
        self._kill()


def _cut(session: Session) -> None:
    """Hang up on the session, as a server that restarts or a firewall that forgets would."""
    number = session.scalar(text("SELECT CONNECTION_ID()"))
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    with engine.connect() as other:
        other.execute(text(f"KILL {number}"))
