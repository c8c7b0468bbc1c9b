from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import members
from backend.scenes.errors import SceneUnknown
from backend.scenes.models import Kind, Scene, SceneTouch


@dataclass(frozen=True)
class Led:
    """What led somebody here: the code of a scene or words of others, and whose invitation it was, if it was one."""

    scene: str | None
    invite_code: str | None


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


def led_here(session: Session, identity_id: int, given: str | None) -> Led:
    """What led somebody who joins: the scene that the mini-program was opened with if it is one of ours, else the one
    by which they first came to the official account, else what was given.
    """
    scene = _scene_of(session, identity_id, given)
    if scene is None:
        return Led(given, None)
    return Led(scene.code, scene.subject if scene.kind == "referral" else None)


def _scene_of(session: Session, identity_id: int, given: str | None) -> Scene | None:
    opened = session.scalar(select(Scene).where(Scene.code == given)) if given is not None else None
    if opened is not None:
        return opened
    person = members.identities_of_person(session, identity_id)
    came = select(Scene).join(SceneTouch, SceneTouch.scene_id == Scene.id).where(SceneTouch.identity_id.in_(person))
    return session.scalar(came.order_by(SceneTouch.at).limit(1))
