from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import members
from backend.scenes.errors import SceneUnknown
from backend.scenes.models import Kind, Scene, SceneTouch


def by_code(session: Session, code: str) -> Scene:
    """The scene with this code. Raises SceneUnknown."""
    scene = session.scalar(select(Scene).where(Scene.code == code))
    if scene is None:
        raise SceneUnknown
    return scene


def page(
    session: Session,
    *,
    kind: Kind | None = None,
    store_id: int | None = None,
    before_id: int | None = None,
    limit: int,
) -> Sequence[Scene]:
    """Scenes, the newest first, of a kind or of a store if told, from before an id on."""
    rows = select(Scene).order_by(Scene.id.desc()).limit(limit)
    if kind is not None:
        rows = rows.where(Scene.kind == kind)
    if store_id is not None:
        rows = rows.where(Scene.store_id == store_id)
    if before_id is not None:
        rows = rows.where(Scene.id < before_id)
    return session.scalars(rows).all()


def undrawn(session: Session, *, limit: int) -> Sequence[Scene]:
    """Scenes that WeChat has given no code for yet, the oldest first."""
    waiting = select(Scene).where(Scene.url.is_(None), Scene.retired_at.is_(None))
    return session.scalars(waiting.order_by(Scene.id).limit(limit)).all()


def scene_of_join(session: Session, identity_id: int, given: str | None) -> str | None:
    """What led somebody who joins: the scene that the mini-program was opened with if it is one of ours, else the one
    by which they first came to the official account, else what was given.
    """
    if given is not None and session.scalar(select(Scene.id).where(Scene.code == given)) is not None:
        return given
    person = members.identities_of_person(session, identity_id)
    first = select(Scene.code).join(SceneTouch, SceneTouch.scene_id == Scene.id)
    came = first.where(SceneTouch.identity_id.in_(person)).order_by(SceneTouch.at).limit(1)
    return session.scalar(came) or given
