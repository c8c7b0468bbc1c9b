from datetime import date, datetime
from typing import Final, Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, code
from backend.kit.db import Model

Kind = Literal["item", "coupon", "event", "article", "invitation"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

LONGEST_THING: Final = 64
TOKEN_LENGTH: Final = 12


class Share(Model):
    """What a member shows friends: one token for a member and a thing, for ever.

    `turn` is 0, but for shares of a member who became another one that had shared the same: their tokens are out.
    Visits are people who opened it, newcomers those of them who were new here, joined those who became members by it.
    """

    __tablename__ = "shares"
    __table_args__ = (
        UniqueConstraint("member_id", "kind", "thing", "turn"),
        UniqueConstraint("token"),
        CheckConstraint("visits >= newcomers", name="newcomers_visit"),
        CheckConstraint("newcomers >= 0 AND joined >= 0 AND purchases >= 0", name="counts_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(code(16))
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    kind: Mapped[Kind] = mapped_column(code(16))
    thing: Mapped[str] = mapped_column(code(LONGEST_THING))
    turn: Mapped[int] = mapped_column(default=0)
    visits: Mapped[int] = mapped_column(default=0)
    newcomers: Mapped[int] = mapped_column(default=0)
    joined: Mapped[int] = mapped_column(default=0)
    purchases: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]


class ShareVisit(Model):
    """A person opened a share for the first time; `new` when they were no member and had opened no share before."""

    __tablename__ = "share_visits"
    __table_args__ = (Index(None, "identity_id"), {"sqlite_with_rowid": False})

    share_id: Mapped[int] = mapped_column(Id, ForeignKey("shares.id"), primary_key=True, autoincrement=False)
    identity_id: Mapped[int] = mapped_column(
        Id, ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    new: Mapped[bool]
    at: Mapped[datetime]


class ShareTouch(Model):
    """The share of somebody else that a person opened last: what they do next is put down to it."""

    __tablename__ = "share_touches"
    __table_args__ = (Index(None, "share_id"),)

    identity_id: Mapped[int] = mapped_column(
        Id, ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    share_id: Mapped[int] = mapped_column(Id, ForeignKey("shares.id"))
    at: Mapped[datetime]


class ShareReward(Model):
    """What a member got, or may get, for one newcomer (source: their identity) or one purchase (source: store:order).

    A newcomer and a purchase bring one reward in all. `why` tells why one came to nothing.
    """

    __tablename__ = "share_rewards"
    __table_args__ = (
        UniqueConstraint("kind", "source"),
        CheckConstraint("points >= 0", name="points_not_negative"),
        CheckConstraint("(status = 'waiting') = (ended_at IS NULL)", name="ended_when_not_waiting"),
        Index(None, "status", "due_at"),
        Index(None, "member_id", "kind", "ended_at"),
        Index(None, "share_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    share_id: Mapped[int] = mapped_column(Id, ForeignKey("shares.id"))
    kind: Mapped[Literal["visit", "purchase"]] = mapped_column(code(16))
    source: Mapped[str] = mapped_column(code(100))
    status: Mapped[Literal["waiting", "paid", "dropped"]] = mapped_column(String(16))
    why: Mapped[str | None] = mapped_column(String(16))
    points: Mapped[int] = mapped_column(default=0)
    book_version: Mapped[int]
    noted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ShareDay(Model):
    """How many newcomers a member was rewarded for on a shop day."""

    __tablename__ = "share_days"
    __table_args__ = (CheckConstraint("paid >= 1", name="paid_counts"), {"sqlite_with_rowid": False})

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    paid: Mapped[int]


class ArticleRow(Model):
    """An article of the house that members may share: its title, and the page of the mini-program that shows it."""

    __tablename__ = "share_articles"

    title: Mapped[str] = mapped_column(String(60))
    page: Mapped[str] = mapped_column(String(128))
    shown: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(code(32))
    changed_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(code(32), primary_key=True)
