"""One door call = one transaction = one instant.

`CallApp` gives every view an open session and a fixed `now()`. Returning commits, raising undoes everything. GET and
HEAD read, everything else writes. A view that must ask the outside first is marked `@without_transaction` and opens
its own units with `backend.kit.db.run`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import Response, g, request
from flask.typing import ResponseReturnValue
from flask_openapi import OpenAPI
from pydantic import BaseModel
from sqlalchemy.orm import Session

from backend.kit.clock import Clock
from backend.kit.db import Sessions, run

View = TypeVar("View", bound=Callable[..., object])

READING_METHODS = ("GET", "HEAD", "OPTIONS")


# Marks stand below the route's decorator, which takes a copy of the view.
def without_transaction(view: View) -> View:
    """Mark a view that asks the network: it gets no session, `db()` raises in it."""
    view.__dict__["unit"] = "none"
    return view


def reads(view: View) -> View:
    """Mark a POST that writes nothing: it gets a read session and never waits for a writer."""
    view.__dict__["unit"] = "read"
    return view


def db() -> Session:
    """The session of this call. Raises LookupError in a view without a transaction."""
    session: Session | None = g.get("session")
    if session is None:
        raise LookupError("this view has no transaction")
    return session


def now() -> datetime:
    """The one instant (UTC) by which this call is judged."""
    at: datetime = g.now
    return at


class CallApp(OpenAPI):
    """A Flask app whose views run in a unit of work and may return pydantic models."""

    sessions: Sessions
    clock: Clock

    def dispatch_request(self) -> ResponseReturnValue:
        unit = self._unit()
        if unit == "none":
            return super().dispatch_request()
        maker = self.sessions.read if unit == "read" else self.sessions.write
        return run(maker, self._dispatch_in)

    def make_response(self, rv: Any) -> Response:
        model, *rest = rv if isinstance(rv, tuple) else (rv,)
        if isinstance(model, BaseModel):
            body = Response(model.model_dump_json(), mimetype="application/json")
            rv = (body, *rest) if rest else body
        return super().make_response(rv)

    def _unit(self) -> str:
        view = self.view_functions.get(request.endpoint or "")
        if view is None or request.routing_exception is not None:
            return "none"
        found: str = getattr(view, "unit", "read" if request.method in READING_METHODS else "write")
        return found

    def _dispatch_in(self, session: Session) -> ResponseReturnValue:
        g.session = session
        try:
            # rendered inside the transaction: a view's answer may still read from the session
            return self.make_response(super().dispatch_request())
        finally:
            g.session = None
