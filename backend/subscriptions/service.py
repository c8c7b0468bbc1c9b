from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session

from backend import members
from backend.subscriptions.models import Subscription
from backend.subscriptions.rules import Answer, Standing, after


def note_answer(session: Session, identity_id: int, template_id: str, answer: Answer) -> int:
    """Note what a WeChat user answered when asked for messages of a template; how many may be sent now.

    However often and by whomever the same answer is told, also at the same time, it counts once.
    """
    row = session.get(Subscription, (identity_id, template_id), with_for_update=True, populate_existing=True)
    if row is None:
        row = Subscription(identity_id=identity_id, template_id=template_id)
        session.add(row)
        standing = after(Standing(), answer)
    else:
        standing = after(Standing(row.accepts, row.answered_at, row.reported_at, row.refused_at), answer)
    row.accepts, row.answered_at = standing.accepts, standing.answered_at or answer.at
    row.reported_at, row.refused_at = standing.reported_at, standing.refused_at
    session.flush()  # of two first answers at once the second meets the first's row here
    return row.accepts


def spend(session: Session, *, appid: str, openid: str, template_id: str) -> bool:
    """One accept less: a message was sent. False where none was left, which WeChat alone can know better.

    The UPDATE is its own guard: of any number of processes no more spend than there are accepts.
    """
    own = update(Subscription).where(*_of(appid, openid, template_id), Subscription.accepts > 0)
    return _changed(session, own.values(accepts=Subscription.accepts - 1))


def exhaust(session: Session, *, appid: str, openid: str, template_id: str, asked_at: datetime) -> None:
    """WeChat says that no accept was left when we asked; what was accepted after that stays."""
    own = update(Subscription).where(*_of(appid, openid, template_id), Subscription.answered_at <= asked_at)
    _changed(session, own.values(accepts=0))


def _of(appid: str, openid: str, template_id: str) -> tuple[ColumnElement[bool], ...]:
    identity = select(members.Identity.id).where(members.Identity.appid == appid, members.Identity.openid == openid)
    return Subscription.identity_id == identity.scalar_subquery(), Subscription.template_id == template_id


def _changed(session: Session, statement: Any) -> bool:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return bool(cast("CursorResult[Any]", done).rowcount)
