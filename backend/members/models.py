from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, Sealed, code
from backend.kit.db import Model
from backend.kit.ids import new_id

Gender = Literal["female", "male", "unknown"]
BirthdayCalendar = Literal["solar", "lunar"]

MINI_PROGRAM = "mini-program"
OFFICIAL_ACCOUNT = "official-account"
ACTIVE, BLOCKED, CLOSED, MERGED = "active", "blocked", "closed", "merged"


class Member(Model):
    """One person. Phone, nickname and birthday are sealed for `members.COLUMN:ID`; indexes find the phone, and
    month and day of the birthday in the calendar by which it is celebrated.

    A merged row is what is left of a second membership of the same person: its card and its phone lead to the member
    it was `merged_into`, who is never merged itself. Of who has left nothing personal is kept.
    """

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("card_no"),
        UniqueConstraint("phone_index"),
        UniqueConstraint("unionid"),
        Index(None, "merged_into"),
        Index(None, "birthday_index", "id"),
        CheckConstraint("status IN ('active', 'blocked', 'closed', 'merged')", name="status"),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged_into_somebody"),
        CheckConstraint("birthday_calendar IN ('solar', 'lunar')", name="birthday_calendar"),
        CheckConstraint("gender IN ('female', 'male', 'unknown')", name="gender"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    card_no: Mapped[str] = mapped_column(code(12))
    unionid: Mapped[str | None] = mapped_column(code(64))
    phone_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    phone_index: Mapped[bytes | None] = mapped_column(Digest)
    nickname_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    birthday_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    birthday_index: Mapped[bytes | None] = mapped_column(Digest)
    birthday_calendar: Mapped[BirthdayCalendar] = mapped_column(code(8), default="solar", server_default="solar")
    gender: Mapped[Gender] = mapped_column(code(10))
    status: Mapped[str] = mapped_column(code(10), default=ACTIVE)
    joined_at: Mapped[datetime]
    join_channel: Mapped[str] = mapped_column(code(20))
    join_scene: Mapped[str | None] = mapped_column(code(64))
    consent_version: Mapped[str] = mapped_column(code(20))
    consent_at: Mapped[datetime]
    merged_into: Mapped[int | None] = mapped_column(Id, ForeignKey("members.id"))
    profile_completed_at: Mapped[datetime | None]


class Identity(Model):
    """A WeChat user as one appid knows it; bound to a member once the person behind it has joined."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("appid", "openid"),
        Index(None, "unionid", "follows"),
        Index(None, "member_id"),
        CheckConstraint("kind IN ('mini-program', 'official-account')", name="kind"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(code(20))
    appid: Mapped[str] = mapped_column(code(64))
    openid: Mapped[str] = mapped_column(code(64))
    unionid: Mapped[str | None] = mapped_column(code(64))
    member_id: Mapped[int | None] = mapped_column(Id, ForeignKey("members.id"))
    follows: Mapped[bool | None]
    followed_at: Mapped[datetime | None]
    unfollowed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class UsedCardCode(Model):
    """A card code that was shown at a till. The row is what makes a code work once."""

    __tablename__ = "used_card_codes"
    __table_args__ = (Index(None, "used_at"),)

    code: Mapped[str] = mapped_column(code(20), primary_key=True)
    used_at: Mapped[datetime]


class MemberTag(Model):
    """A word that the shop has put to a member, for rules and segments to ask for."""

    __tablename__ = "member_tags"
    __table_args__ = ({"sqlite_with_rowid": False},)

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(code(32), primary_key=True)
