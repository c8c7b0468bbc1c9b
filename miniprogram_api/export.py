import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

from flask import Response
from sqlalchemy.orm import Session

from backend import exports, members
from backend.kit.calls import now, without_transaction
from backend.kit.db import Sessions, run
from backend.kit.schema import Instant, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_identity

api = resource("export")

ROWS_AT_ONCE: Final = 500
FILE: Final = "baihui-{:%Y%m%dT%H%M%SZ}.json"


class SectionOut(Schema):
    """One kind of what is stored: `name` for programs, `title` for people, and its rows with all that they say."""

    name: str
    title: str
    items: list[dict[str, Any]]


class ExportOut(Schema):
    """All that is stored about me. Kinds of which there is nothing are left out."""

    exported_at: Instant
    sections: list[SectionOut]


@api.get("/me/export", responses={200: ExportOut})
@without_transaction
def export() -> Response:
    """All that is stored about me, as a file; a few times a day, since it reads much. A blocked member may ask too."""
    part, at, identity_id = runtime(), now(), signed_in_identity()
    member_id = run(part.sessions.read, lambda session: _owner(session, identity_id))
    part.limiter.hit("export", str(member_id))
    return Response(
        _document(part.sessions, member_id, at),
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{FILE.format(at)}"', "Cache-Control": "no-store"},
    )


def _owner(session: Session, identity_id: int) -> int:
    who = members.of_identity(session, identity_id)
    if who.member_id is None:
        raise members.NotJoined
    return who.member_id


def _document(sessions: Sessions, member_id: int, at: datetime) -> Iterator[str]:
    """The document piece by piece: however much a member has left behind, little of it is in memory at once."""
    yield f'{{"exported_at": "{at:%Y-%m-%dT%H:%M:%S.%f}Z", "sections": ['
    comma = ""
    for section in exports.SECTIONS:
        rows = _rows(sessions, section, member_id)
        first = next(rows, None)
        if first is not None:
            yield f'{comma}{{"name": {_json(section.table)}, "title": {_json(section.title)}, "items": [{_json(first)}'
            yield from (f", {_json(row)}" for row in rows)
            yield "]}"
            comma = ", "
    yield "]}"


def _rows(sessions: Sessions, section: exports.Section, member_id: int) -> Iterator[object]:
    found = exports.Page((), ())
    while found.after is not None:
        ask = partial(exports.page, section=section, member_id=member_id, after=found.after or None, limit=ROWS_AT_ONCE)
        found = run(sessions.read, ask)
        yield from found.rows


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
