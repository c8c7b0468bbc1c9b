"""A member's rows, read page by page through their own index and told in plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, LargeBinary, RowMapping, Table, select, tuple_
from sqlalchemy.orm import Session

from backend.exports.catalogue import Section
from backend.kit.db import Model
from backend.kit.pii import Vault, vault

SEALED: Final = "_sealed"
SECRETS: Final = frozenset({"token", "request_key"})  # good for something as long as nobody knows them
OTHER_PEOPLE: Final = frozenset({"friend_id", "giver_id", "taker_id", "inviter_id", "gone_id", "player_id", "given_to"})


@dataclass(frozen=True)
class Page:
    """Rows as they go into the document, and where the next page begins: None after the last."""

    rows: Sequence[Mapping[str, object]]
    after: tuple[Any, ...] | None


def page(session: Session, section: Section, member_id: int, *, after: tuple[Any, ...] | None, limit: int) -> Page:
    """The member's rows of a section by primary key, beginning behind `after`.

    Sealed values are opened; digests, search indexes, names of operators and ids of other people are left out. Ids
    are strings, instants end in Z. Raises Unreadable for what none of the keys opens.
    """
    table = Model.metadata.tables[section.table]
    key = list(table.primary_key)
    found = select(table).where(_is_of(table, section, member_id)).order_by(*key).limit(limit)
    rows = session.execute(found if after is None else found.where(tuple_(*key) > after)).mappings().all()
    last = rows[-1] if len(rows) == limit else None
    told = [_told(row, table, vault(session)) for row in rows]
    return Page(told, tuple(last[column] for column in key) if last is not None else None)


def _is_of(table: Table, section: Section, member_id: int) -> ColumnElement[bool]:
    owner = table.c[section.owner]
    if section.through is None:
        return owner == member_id
    parents = Model.metadata.tables[section.through]
    return owner.in_(select(parents.c.id).where(parents.c.member_id == member_id))


def _told(row: RowMapping, table: Table, keys: Vault) -> dict[str, object]:
    row_id = row[table.c.id if "id" in table.c else table.c.member_id]
    told: dict[str, object] = {}
    for column in filter(_is_theirs, table.c):
        name, value = column.name.removesuffix(SEALED), row[column]
        is_id = isinstance(value, int) and (name == "id" or name.endswith("_id"))
        told[name] = str(value) if is_id else _plain(value, f"{table.name}.{name}:{row_id}", keys)
    return told


def _is_theirs(column: Column[Any]) -> bool:
    name = column.name
    if isinstance(column.type, LargeBinary):
        return name.endswith(SEALED)
    return name not in OTHER_PEOPLE and name not in SECRETS and name != "by" and not name.endswith("_by")


def _plain(value: Any, place: str, keys: Vault) -> object:
    if isinstance(value, bytes):
        return keys.open(value, place)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S.%f}Z"
    if isinstance(value, date | time):
        return value.isoformat()
    return value
