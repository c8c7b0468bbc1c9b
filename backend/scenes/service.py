from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import stores
from backend.kit.ids import new_id, readable_code
from backend.scenes import rules
from backend.scenes.errors import Retired, SceneUnknown, StoreWanted, TooManyCodes
from backend.scenes.models import Kind, Scene

OF_A_STORE = ("store", "staff")


@dataclass(frozen=True)
class Plan:
    """What a new scene is to stand for. `store_code` is wanted for stores and staff; without a `subject` a scene of a
    store is about the store. `days` make its code one for a time.
    """

    kind: Kind
    label: str
    subject: str | None = None
    store_code: str | None = None
    greeting: str | None = None
    days: int | None = None


@dataclass(frozen=True)
class Words:
    """New words for a scene; an empty greeting is the one of its kind."""

    label: str | None = None
    greeting: str | None = None


def make(session: Session, plan: Plan, *, by: str, rng: Random, now: datetime) -> Scene:
    """A new scene with a code of its own, which WeChat is to be asked for next.

    Raises SubjectRefused, LabelRefused, GreetingRefused, DaysRefused, StoreWanted, TooManyCodes, and of stores
    StoreUnknown and StaffUnknown.
    """
    rules.good_for(plan.days)
    store = _store(session, plan)
    if plan.days is None:
        _check_room(session)
    scene = Scene(
        id=new_id(),
        code=_free_code(session, rng),
        kind=plan.kind,
        subject=_subject(session, plan, store),
        store_id=store and store.id,
        label=rules.checked_label(plan.label),
        greeting=rules.checked_greeting(plan.greeting),
        days=plan.days,
        made_by=by,
        made_at=now,
    )
    session.add(scene)
    return scene


def note_drawn(session: Session, code: str, *, ticket: str, url: str, now: datetime) -> Scene:
    """Keep what WeChat gave for a scene; a code for a time is good for its days from now.

    Raises SceneUnknown, Retired.
    """
    scene = _locked(session, code)
    if scene.retired_at is not None:
        raise Retired
    scene.ticket, scene.url = ticket, url
    span = rules.good_for(scene.days)
    scene.expires_at = now + span if span is not None else None
    return scene


def reword(session: Session, code: str, words: Words) -> Scene:
    """Change how a scene is called or greets; what is None stays.

    Raises SceneUnknown, LabelRefused, GreetingRefused.
    """
    scene = _locked(session, code)
    if words.label is not None:
        scene.label = rules.checked_label(words.label)
    if words.greeting is not None:
        scene.greeting = rules.checked_greeting(words.greeting or None)
    return scene


def retire(session: Session, code: str, *, now: datetime) -> Scene:
    """Let a scene lead nobody and count nothing any more. Raises SceneUnknown, Retired."""
    scene = _locked(session, code)
    if scene.retired_at is not None:
        raise Retired
    scene.retired_at = now
    return scene


def _store(session: Session, plan: Plan) -> stores.Store | None:
    if plan.store_code is not None:
        return stores.store_by_code(session, plan.store_code)
    if plan.kind in OF_A_STORE:
        raise StoreWanted
    return None


def _subject(session: Session, plan: Plan, store: stores.Store | None) -> str:
    if plan.kind == "store" and store is not None:
        return rules.checked_subject(plan.subject or store.code)
    subject = rules.checked_subject(plan.subject or "")
    if plan.kind == "staff" and store is not None:
        return stores.staff_by_code(session, store.id, subject).code
    return subject


def _check_room(session: Session) -> None:
    if (session.scalar(select(func.count()).where(Scene.days.is_(None))) or 0) >= rules.MOST_PERMANENT:
        raise TooManyCodes


def _free_code(session: Session, rng: Random) -> str:
    code = readable_code(rng, rules.CODE_LENGTH)
    while session.scalar(select(Scene.id).where(Scene.code == code)) is not None:
        code = readable_code(rng, rules.CODE_LENGTH)
    return code


def _locked(session: Session, code: str) -> Scene:
    asked = select(Scene).where(Scene.code == code).with_for_update()
    scene = session.scalar(asked.execution_options(populate_existing=True))
    if scene is None:
        raise SceneUnknown
    return scene
