"""Checks a member in who scans a store's code of the official account, where the shop lets that count."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from backend import checkin, members, scenes
from backend.oa.receipts import refusable
from backend.oa.replies import checked_in
from backend.wechat import Said


def arrived(session: Session, identity: members.Identity, code: str | None, *, now: datetime) -> str:
    """What came of it, refusals too, as a line to be added; empty where the code does not check this person in.

    It comes before the scan is counted: accounts are locked before scenes.
    """
    if code is None or identity.member_id is None or not checkin.live(session, now=now)[1].places.by_scene:
        return ""
    store_id = _store_of(session, code, now)
    if store_id is None:
        return ""
    session.flush()  # who has just begun to follow is asked for next
    return f"\n{refusable(session, lambda: _check_in(session, identity.id, store_id, now))}"


def _check_in(session: Session, identity_id: int, store_id: int, now: datetime) -> Said:
    member = members.active_member(members.of_identity(session, identity_id))
    return checked_in(checkin.check_in(session, member.id, now=now, at=checkin.Arrival(store_id, near=None)))


def _store_of(session: Session, code: str, now: datetime) -> int | None:
    with suppress(scenes.SceneUnknown):
        scene = scenes.by_code(session, code)
        if scene.kind == "store" and scene.leads_at(now):
            return scene.store_id
    return None
