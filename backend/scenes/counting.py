"""Counts what scenes bring. Each push comes here once; all of it happens under the scene's lock."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from backend.kit.calendar import shop_day
from backend.kit.pii import vault
from backend.members import FollowerLost, MemberJoined
from backend.scenes.models import Scene, SceneDay, SceneTouch, SceneVisitor


def note_scan(session: Session, code: str, identity_id: int, *, now: datetime) -> Scene | None:
    """A follower scanned a code. The scene, None where the code leads nowhere (unknown, over or retired)."""
    return _note(session, code, identity_id, followed=False, now=now)


def note_follow(session: Session, code: str, identity_id: int, *, now: datetime) -> Scene | None:
    """Somebody began to follow by a code; of one who did so before it is one more scan. Answers as `note_scan`."""
    return _note(session, code, identity_id, followed=True, now=now)


def note_leaving(session: Session, lost: FollowerLost) -> None:
    """Who came by a scene follows no more: the scene has one follower less, and who it was is forgotten."""
    touch = session.get(SceneTouch, lost.identity_id, with_for_update=True, populate_existing=True)
    if touch is None:
        return
    if touch.followed:
        scene = _locked(session, Scene.id == touch.scene_id)
        if scene is not None:
            _today(session, scene, shop_day(lost.at)).unfollows += 1
    session.delete(touch)


def note_join(session: Session, joined: MemberJoined) -> None:
    """Somebody became a member whom a scene led here."""
    scene = _locked(session, Scene.code == joined.scene) if joined.scene is not None else None
    if scene is not None and scene.retired_at is None:
        _today(session, scene, shop_day(joined.at)).joins += 1


def forget_visitors(session: Session, before: date, *, limit: int) -> int:
    """Delete up to `limit` digests of visitors of days before a day: their days are counted. Returns how many."""
    old = session.scalars(select(SceneVisitor.visitor).where(SceneVisitor.day < before).limit(limit)).all()
    session.execute(delete(SceneVisitor).where(SceneVisitor.visitor.in_(old)))
    return len(old)


def _note(session: Session, code: str, identity_id: int, *, followed: bool, now: datetime) -> Scene | None:
    scene = _locked(session, Scene.code == code)
    if scene is None or not scene.leads_at(now):
        return None
    today = _today(session, scene, shop_day(now))
    today.scans += 1
    if _is_new(session, scene, today.day, identity_id):
        today.people += 1
    if session.get(SceneTouch, identity_id, populate_existing=True) is None:
        session.add(SceneTouch(identity_id=identity_id, scene_id=scene.id, followed=followed, at=now))
        today.follows += followed
    return scene


def _locked(session: Session, which: ColumnElement[bool]) -> Scene | None:
    asked = select(Scene).where(which).with_for_update()
    return session.scalar(asked.execution_options(populate_existing=True))


def _today(session: Session, scene: Scene, day: date) -> SceneDay:
    found = session.get(SceneDay, (scene.id, day), populate_existing=True)
    if found is None:
        found = SceneDay(scene_id=scene.id, day=day, scans=0, people=0, follows=0, unfollows=0, joins=0)
        session.add(found)
    return found


def _is_new(session: Session, scene: Scene, day: date, identity_id: int) -> bool:
    visitor = vault(session).index("scene-visitor", f"{scene.id}|{day}|{identity_id}")
    if session.get(SceneVisitor, visitor) is not None:
        return False
    session.add(SceneVisitor(visitor=visitor, day=day))
    return True
