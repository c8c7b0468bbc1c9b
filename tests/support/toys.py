"""A table and a door of the tests' own, to try the kit on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import g, request
from flask_openapi import APIBlueprint
from sqlalchemy import CheckConstraint, Engine, String, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from backend.kit.calls import db, now
from backend.kit.columns import Code, Id, UtcDateTime, document
from backend.kit.idempotency import idempotent
from backend.kit.schema import Schema


class ToyModel(DeclarativeBase):
    """Apart from the product's tables: these are in no migration."""


class Tally(ToyModel):
    """How often something was done."""

    __tablename__ = "toy_tallies"
    __table_args__ = (CheckConstraint("count >= 0"),)

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    count: Mapped[int] = mapped_column(Id, default=0)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(String(40))
    blob: Mapped[bytes | None] = mapped_column(document())


class TallyIn(Schema):
    name: str = "a"


class TallyOut(Schema):
    name: str
    count: int
    at: datetime | None


def add_one(session: Session, name: str, at: datetime | None = None) -> Tally:
    """Read, add one, write: what loses updates where nothing prevents it."""
    tally = session.get(Tally, name, with_for_update=True)
    if tally is None:
        tally = Tally(name=name, count=0)
        session.add(tally)
    tally.count += 1
    tally.at = at
    session.flush()
    return tally


def toy_door() -> APIBlueprint:
    """A door at /api/toy whose caller is told by a header. Views are added by the test before it is registered."""
    api = APIBlueprint("toy", __name__, url_prefix="/api/toy")

    @api.before_request
    def sign_in() -> None:
        g.caller = request.headers.get("X-Caller", "toy:1")

    return api


def counting_door(inside: Callable[[], object] = lambda: None) -> APIBlueprint:
    """The toy door with one idempotent call, POST /api/toy/tallies; `inside` runs after its work, before the reply."""
    api = toy_door()

    @api.post("/tallies", responses={201: TallyOut}, openapi_extensions={"x-idempotent": True})
    @idempotent
    def tally(body: TallyIn) -> tuple[TallyOut, int]:
        reply = TallyOut.model_validate(add_one(db(), body.name, now()))
        inside()
        return reply, 201

    return api


@contextmanager
def failing(engine: Engine, error: Exception, *, times: int, where: str) -> Iterator[list[str]]:
    """Let the next `times` statements that contain `where` fail with the driver's `error`; yields those met."""
    met: list[str] = []

    def fail(_cursor: object, statement: str, *_rest: object) -> None:
        if where in statement and len(met) < times:
            met.append(statement)
            raise error

    event.listen(engine, "do_execute", fail)
    try:
        yield met
    finally:
        event.remove(engine, "do_execute", fail)
