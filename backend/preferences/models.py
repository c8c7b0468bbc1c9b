from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, Sealed, code
from backend.kit.db import Model
from backend.kit.ids import new_id


class Choice(Model):
    """Whether a member wants messages of one topic by one way; without a row the house's default holds."""

    __tablename__ = "message_choices"
    __table_args__ = ({"sqlite_with_rowid": False},)

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    topic: Mapped[str] = mapped_column(code(16), primary_key=True)
    way: Mapped[str] = mapped_column(code(20), primary_key=True)
    wanted: Mapped[bool]
    changed_at: Mapped[datetime]


class OwnQuietHours(Model):
    """The hours of the shop's day in which a member wants quiet, both null for none at all; without a row the house's
    hold.
    """

    __tablename__ = "quiet_hours"
    __table_args__ = (CheckConstraint("(since IS NULL) = (until IS NULL)", name="both_or_none"),)

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    since: Mapped[time | None]
    until: Mapped[time | None]


class MailAddress(Model):
    """Where a member's mail goes, sealed for `mail_addresses.COLUMN:MEMBER_ID`.

    An address is `asked` for until the code that was mailed to it comes back; until then an earlier one stays in use.
    """

    __tablename__ = "mail_addresses"
    __table_args__ = (
        CheckConstraint("(address_sealed IS NULL) = (confirmed_at IS NULL)", name="address_is_confirmed"),
        CheckConstraint("(asked_sealed IS NULL) = (code_digest IS NULL)", name="asked_with_code"),
    )

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    address_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    confirmed_at: Mapped[datetime | None]
    asked_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    code_digest: Mapped[bytes | None] = mapped_column(Digest)
    asked_at: Mapped[datetime | None]


class PreferenceChange(Model):
    """A change of what a member wants: `what` (TOPIC/WAY, quiet-hours, e-mail), its new value, and who made it."""

    __tablename__ = "preference_changes"
    __table_args__ = (Index(None, "member_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    what: Mapped[str] = mapped_column(code(40))
    value: Mapped[str] = mapped_column(code(16))
    source: Mapped[str] = mapped_column(code(20))
    changed_at: Mapped[datetime]
