"""Coupons for a list of members: planned by one operator, approved by another, handed out slice by slice.

A slice is one transaction: the coupons, the rows and the count of the stock commit together, so that whoever goes on
after a crash gives what waits and nothing twice. Any number of processes may work on one list.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from backend import operators, points
from backend.coupons import queries
from backend.coupons.errors import HandoutRefused, HandoutUnknown, SamePerson, StepRefused
from backend.coupons.many import issue_to_many
from backend.coupons.rules import checked_note
from backend.coupons.ways import Handout, HandoutRow
from backend.kit.db import Sessions, run

SOURCE: Final = "handout"
SLICE: Final = 100  # members whose accounts are locked together, in the order of their ids
ROWS_AN_INSERT: Final = 2_000
LONGEST_KEY: Final = 64
HANDOUT_WORDS: Final = {
    "planned": "待审批",
    "running": "发放中",
    "paused": "已暂停",
    "done": "已完成",
    "cancelled": "已取消",
}
STEPS: Final[Mapping[str, Mapping[str, Any]]] = {
    "approve": {"planned": "running"},
    "pause": {"running": "paused"},
    "resume": {"paused": "running"},
    "cancel": {"planned": "cancelled", "running": "cancelled", "paused": "cancelled"},
}


@dataclass(frozen=True)
class HandoutPlan:
    """Which members get a coupon of a template, each with the line of the list that says so. `key` names this list."""

    template_code: str
    members: Mapping[int, int]
    note: str
    key: str
    skipped: int = 0


def plan_handout(session: Session, plan: HandoutPlan, *, by: str, now: datetime) -> Handout:
    """Keep a list; nothing is given yet. The same key of the same operator again gives the same list.

    Raises TemplateUnknown, HandoutRefused, NoteRefused and what looking up the operator raises.
    """
    operators.acting(session, by, locked=True)
    template = queries.template(session, plan.template_code)
    if not plan.members or not 1 <= len(plan.key) <= LONGEST_KEY:
        raise HandoutRefused
    asked = select(Handout).where(Handout.planned_by == by, Handout.request_key == plan.key)
    if (earlier := session.scalar(asked)) is not None:
        listed = select(HandoutRow.member_id).where(HandoutRow.handout_id == earlier.id)
        if earlier.template_id != template.id or set(session.scalars(listed)) != plan.members.keys():
            raise HandoutRefused
        return earlier
    handout = Handout(
        template_id=template.id,
        members=len(plan.members),
        skipped=plan.skipped,
        status="planned",
        note=checked_note(plan.note),
        request_key=plan.key,
        planned_by=by,
        planned_at=now,
    )
    session.add(handout)
    session.flush()  # its rows refer to it
    rows = [{"handout_id": handout.id, "member_id": one, "line_no": no} for one, no in sorted(plan.members.items())]
    for start in range(0, len(rows), ROWS_AN_INSERT):
        session.execute(insert(HandoutRow), rows[start : start + ROWS_AN_INSERT])
    return handout


def approve_handout(session: Session, handout_id: int, *, by: str, now: datetime) -> Handout:
    """Let another operator's list be handed out.

    Raises HandoutUnknown, StepRefused, SamePerson and what looking up the operator raises; so do the others here.
    """
    handout = _step(session, handout_id, "approve", by=by)
    if handout.planned_by == by:
        raise SamePerson
    handout.approved_by, handout.approved_at = by, now
    return handout


def pause_handout(session: Session, handout_id: int, *, by: str) -> Handout:
    """Hold a list where it stands: nothing is given after this until it goes on."""
    return _step(session, handout_id, "pause", by=by)


def resume_handout(session: Session, handout_id: int, *, by: str) -> Handout:
    """Go on with a list."""
    return _step(session, handout_id, "resume", by=by)


def cancel_handout(session: Session, handout_id: int, *, by: str, now: datetime) -> Handout:
    """Give no more of a list, or nothing at all; what was given stays given."""
    handout = _step(session, handout_id, "cancel", by=by)
    handout.ended_at = now
    return handout


def hand_out_coupons(
    sessions: Sessions, handout_id: int, *, rng: Random, now: datetime, limit: int = SLICE
) -> Counter[str] | None:
    """Give up to `limit` coupons of a running list. None when there is nothing (more) to give."""
    return run(sessions.write, partial(_slice, handout_id=handout_id, rng=rng, now=now, limit=limit))


def handouts_under_way(session: Session, *, limit: int) -> Sequence[int]:
    """Ids of lists that are being handed out, the oldest first."""
    running = select(Handout.id).where(Handout.status == "running").order_by(Handout.id).limit(limit)
    return session.scalars(running).all()


def handout(session: Session, handout_id: int) -> tuple[Handout, Counter[str]]:
    """A list, and how many of its rows stand where. Raises HandoutUnknown."""
    found = session.get(Handout, handout_id, populate_existing=True)
    if found is None:
        raise HandoutUnknown
    rows = select(HandoutRow.status, func.count()).where(HandoutRow.handout_id == handout_id)
    return found, Counter({str(status): count for status, count in session.execute(rows.group_by(HandoutRow.status))})


def handout_failures(session: Session, handout_id: int, *, after: int = 0, limit: int) -> Sequence[HandoutRow]:
    """Rows that could not be given, by member, from behind one on."""
    failed = HandoutRow.handout_id == handout_id, HandoutRow.status == "failed", HandoutRow.member_id > after
    return session.scalars(select(HandoutRow).where(*failed).order_by(HandoutRow.member_id).limit(limit)).all()


def _slice(session: Session, *, handout_id: int, rng: Random, now: datetime, limit: int) -> Counter[str] | None:
    """The lock on the list lets who pauses it wait for our end, and another process for its turn."""
    found = _locked(session, handout_id)
    template = queries.template_of(session, found.template_id)
    if found.status != "running" or template.status == "paused":
        return None
    waiting = HandoutRow.handout_id == handout_id, HandoutRow.status == "waiting"
    rows = select(HandoutRow.member_id).where(*waiting).order_by(HandoutRow.member_id).limit(limit)
    outcomes = dict.fromkeys(session.scalars(rows), "")
    if not outcomes:
        found.status, found.ended_at = "done", now
        return None
    issue_to_many(session, template, outcomes, source=points.Source(SOURCE, handout_id), rng=rng, now=now)
    for failure in sorted(set(outcomes.values())):
        mine = HandoutRow.member_id.in_([one for one, why in outcomes.items() if why == failure])
        values = {"status": "failed", "failure": failure} if failure else {"status": "done", "failure": None}
        session.execute(update(HandoutRow).where(*waiting, mine).values(**values))
    return Counter("failed" if failure else "done" for failure in outcomes.values())


def _step(session: Session, handout_id: int, what: str, *, by: str) -> Handout:
    operators.acting(session, by)
    found = _locked(session, handout_id)
    after = STEPS[what].get(found.status)
    if after is None:
        raise StepRefused(status=HANDOUT_WORDS[found.status])
    found.status = after
    return found


def _locked(session: Session, handout_id: int) -> Handout:
    found = session.get(Handout, handout_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise HandoutUnknown
    return found
