"""Articles of the house that members may share: pages of the mini-program with a title."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.sharing.errors import ArticleRefused, ThingUnknown
from backend.sharing.models import ArticleRow as Article
from backend.sharing.rules import faults_of_article


def save_article(session: Session, code: str, *, title: str, page: str, by: str, now: datetime) -> Article:
    """Add an article, or change the one of this code; it is shown. Raises ArticleRefused."""
    why = faults_of_article(code, title, page)
    if why is not None:
        raise ArticleRefused(why=why)
    row = session.get(Article, code, with_for_update=True)
    if row is None:
        row = Article(code=code)
        session.add(row)
    row.title, row.page, row.shown = title.strip(), page, True
    row.changed_by, row.changed_at = by, now
    return row


def withdraw_article(session: Session, code: str, *, by: str, now: datetime) -> Article:
    """Let an article be shared no more; saved again it is shown again. Raises ThingUnknown."""
    row = article(session, code)
    row.shown, row.changed_by, row.changed_at = False, by, now
    return row


def article(session: Session, code: str) -> Article:
    """The article of this code, also a withdrawn one. Raises ThingUnknown."""
    row = session.get(Article, code)
    if row is None:
        raise ThingUnknown
    return row


def articles(session: Session, *, after: str = "", limit: int) -> Sequence[Article]:
    """Articles by code, beginning behind `after`."""
    return session.scalars(select(Article).where(Article.code > after).order_by(Article.code).limit(limit)).all()
