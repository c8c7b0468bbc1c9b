"""Idempotency keys (`Idempotency-Key`), stored in the caller's transaction: key and effect commit together or not.

The same key with the same body is answered with the first reply; with another body 422; while the first call still
runs 409 (SQLite has one writer: there the second call waits for the first). A refusal is remembered like a success;
what says "try again" (429, 503) and what cannot be read is not.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import Final, ParamSpec, TypeVar

from flask import Response, current_app, g, request
from sqlalchemy import Index, delete, select, tuple_
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.kit.calls import db, now
from backend.kit.columns import Digest, code, document
from backend.kit.db import Model, lock_code
from backend.kit.errors import Conflict, DomainError, Invalid, Malformed, TooMany, Unavailable
from backend.kit.problems import refusal

P = ParamSpec("P")
R = TypeVar("R")

HEADER: Final = "Idempotency-Key"
LONGEST_KEY: Final = 128
VISIBLE: Final = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")
LOCKED: Final = {1205, 3572}  # what NOWAIT raises on MariaDB, on MySQL


class KeyMisused(Invalid):
    """The key was used before for something else."""

    code = "idempotency.key-reused"
    message = "该幂等键已用于其他请求"


class KeyInProgress(Conflict):
    """The first call with this key has not ended yet."""

    code = "idempotency.in-progress"
    message = "相同的请求正在处理，请稍后重试"


class KeyMalformed(Malformed):
    """A key is 1 to 128 visible ASCII characters: blanks at its end would not count on every database."""

    code = "idempotency.bad-key"
    message = "幂等键格式错误"


class IdempotencyKey(Model):
    """A key that somebody used, what it was used for, and the reply that was given (none while the call runs)."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    caller: Mapped[str] = mapped_column(code(64), primary_key=True)
    key: Mapped[str] = mapped_column(code(LONGEST_KEY), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(Digest)
    status: Mapped[int | None]
    mimetype: Mapped[str | None] = mapped_column(code(64))
    body: Mapped[bytes | None] = mapped_column(document())
    created_at: Mapped[datetime]


def idempotent(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Let a writing view honour `Idempotency-Key`. The caller is `g.caller`, set by the door that signed it in."""

    @wraps(view)
    def once(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **kwargs)
        session, fingerprint = db(), _fingerprint()
        earlier = _earlier(session, g.caller, _checked(key))
        if earlier is not None:
            return _replay(earlier, fingerprint)
        mine = IdempotencyKey(caller=g.caller, key=key, fingerprint=fingerprint, created_at=now())
        session.add(mine)
        session.flush()  # before the work: a parallel call with this key meets the row and is told to wait
        response = _answer(session, lambda: view(*args, **kwargs))
        mine.status, mine.mimetype, mine.body = response.status_code, response.mimetype, response.get_data()
        return response

    return once


def forget_before(session: Session, at: datetime, *, limit: int) -> int:
    """Delete up to `limit` keys used before `at`; returns how many."""
    old = select(IdempotencyKey.caller, IdempotencyKey.key).where(IdempotencyKey.created_at < at)
    found = session.execute(old.order_by(IdempotencyKey.created_at).limit(limit)).all()
    if found:
        session.execute(delete(IdempotencyKey).where(tuple_(IdempotencyKey.caller, IdempotencyKey.key).in_(found)))
    return len(found)


def _answer(session: Session, call: Callable[[], object]) -> Response:
    try:
        with session.begin_nested():  # a refusal undoes the work, not the key
            return current_app.make_response(call())  # type: ignore[arg-type]  # CallApp renders models too
    except (TooMany, Unavailable):
        raise
    except DomainError as error:
        return refusal(error)


def _earlier(session: Session, caller: str, key: str) -> IdempotencyKey | None:
    mine = select(IdempotencyKey).where(IdempotencyKey.caller == caller, IdempotencyKey.key == key)
    try:
        # shared: replays do not hinder one another, but a row that is not committed yet cannot be shared
        return session.scalar(mine.with_for_update(read=True, nowait=True))
    except OperationalError as error:
        if lock_code(error) in LOCKED:
            raise KeyInProgress from error
        raise


def _replay(earlier: IdempotencyKey, fingerprint: bytes) -> Response:
    if earlier.fingerprint != fingerprint:
        raise KeyMisused
    response = Response(earlier.body, earlier.status, mimetype=earlier.mimetype)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _checked(key: str) -> str:
    if not VISIBLE.fullmatch(key):
        raise KeyMalformed
    return key


def _fingerprint() -> bytes:
    asked = f"{request.method} {request.path}?".encode() + request.query_string + b"\n"
    return sha256(asked + request.get_data()).digest()
