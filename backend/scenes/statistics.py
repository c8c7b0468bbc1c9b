"""What scenes brought, summed up by day, scene, store or employee."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, func, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.scenes.models import Kind, Scene, SceneDay
from backend.stores import Store

Group = Literal["day", "scene", "store", "staff"]
GROUPS: Final[tuple[Group, ...]] = get_args(Group)

FIGURES: Final = (SceneDay.scans, SceneDay.people, SceneDay.follows, SceneDay.unfollows, SceneDay.joins)
KEYS: Final[dict[Group, tuple[InstrumentedAttribute[Any], ...]]] = {
    "day": (SceneDay.day,),
    "scene": (Scene.code,),
    "store": (Store.code,),
    "staff": (Store.code, Scene.subject),
}
NAMES: Final[dict[Group, InstrumentedAttribute[str]]] = {
    "scene": Scene.label,
    "store": Store.name,
    "staff": Scene.label,
}


@dataclass(frozen=True)
class Asked:
    """Of which days (both counted), and of which scene, kind or store; None leaves it open."""

    first: date | None = None
    last: date | None = None
    code: str | None = None
    kind: Kind | None = None
    store_id: int | None = None


@dataclass(frozen=True)
class Line:
    """Sums of one day, scene, store or employee (its key, and a name where it has one).

    `people` are counted once a scene and day: over several days or scenes the same person counts again.
    """

    key: tuple[str, ...]
    name: str | None
    scans: int
    people: int
    follows: int
    unfollows: int
    joins: int

    @property
    def net(self) -> int:
        """Followers gained less those of them lost; below 0 where more left in these days than came."""
        return self.follows - self.unfollows


def statistics(
    session: Session, asked: Asked, *, by: Group, after: tuple[str, ...] | None = None, limit: int
) -> list[Line]:
    """Lines in the order of their keys, from behind one of them. Scenes without a store are in no line by store."""
    keys, name = KEYS[by], NAMES.get(by)
    sums = [func.sum(figure) for figure in FIGURES]
    named = null() if name is None else func.min(name)
    rows: Select[Any] = select(*keys, named, *sums).select_from(SceneDay)
    rows = rows.join(Scene, Scene.id == SceneDay.scene_id)
    if by in ("store", "staff"):
        rows = rows.join(Store, Store.id == Scene.store_id)
    rows = rows.where(*_conditions(replace(asked, kind="staff") if by == "staff" else asked))
    if after is not None:
        rows = rows.where(_behind(keys, _values(by, after)))
    found = session.execute(rows.group_by(*keys).order_by(*keys).limit(limit))
    return [_line(row, len(keys)) for row in found]


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    of = {Scene.code: asked.code, Scene.kind: asked.kind, Scene.store_id: asked.store_id}
    found = [column == value for column, value in of.items() if value is not None]
    if asked.first is not None:
        found.append(SceneDay.day >= asked.first)
    if asked.last is not None:
        found.append(SceneDay.day <= asked.last)
    return found


def _values(by: Group, after: tuple[str, ...]) -> Sequence[Any]:
    return (date.fromisoformat(after[0]),) if by == "day" else after


def _behind(keys: Sequence[InstrumentedAttribute[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    further: ColumnElement[bool] = keys[0] > values[0]
    if len(keys) == 1:
        return further
    return or_(further, and_(keys[0] == values[0], _behind(keys[1:], values[1:])))


def _line(row: Any, keys: int) -> Line:
    figures = [int(figure) for figure in row[keys + 1 :]]  # a sum is a DECIMAL on MariaDB
    return Line(tuple(str(key) for key in row[:keys]), row[keys], *figures)
