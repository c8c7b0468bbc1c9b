from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, Json, Sealed, code
from backend.kit.db import Model
from backend.kit.ids import new_id
from backend.lottery.book import DrawBook, parsed
from backend.lottery.rules import WHOLE, Phase, Status, phase

Reason = Literal["sold-out", "day-sold-out", "coupon-refused"]
Deed = Literal["draft", "publish", "pause", "resume", "close", "cancel"]


class Draw(Model):
    """A draw. Once published nothing of it changes but `status` and `ended_at`, when operators end it before its time.

    `digest` is that of the definition, `commitment` the SHA-256 of the seed, which is sealed for
    `lottery_draws.seed:<id>`.
    """

    __tablename__ = "lottery_draws"
    __table_args__ = (
        UniqueConstraint("code"),
        Index(None, "status", "closes_at"),
        CheckConstraint("status IN ('draft', 'published', 'paused', 'closed', 'cancelled')", name="status_known"),
        CheckConstraint("(status = 'draft') = (commitment IS NULL)", name="committed_when_published"),
        CheckConstraint("(commitment IS NULL) = (seed_sealed IS NULL)", name="committed_to_a_seed"),
        CheckConstraint("(status IN ('closed', 'cancelled')) = (ended_at IS NOT NULL)", name="ended_once"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    title: Mapped[str] = mapped_column(String(40))
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    digest: Mapped[bytes] = mapped_column(Digest)
    status: Mapped[Status] = mapped_column(code(16))
    commitment: Mapped[bytes | None] = mapped_column(Digest)
    seed_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(code(32))  # last: it hides the function

    @property
    def book(self) -> DrawBook:
        """What it says."""
        return parsed(self.definition)

    @property
    def ends_at(self) -> datetime:
        """From this instant on nobody plays."""
        return self.closes_at if self.ended_at is None else min(self.ended_at, self.closes_at)

    def phase(self, now: datetime) -> Phase:
        """Where it stands at an instant."""
        return phase(self.status, self.opens_at, self.closes_at, now)


class Stock(Model):
    """How many pieces of a prize there are, and how many were given. Locked last and shortest."""

    __tablename__ = "lottery_stocks"
    __table_args__ = (CheckConstraint("given >= 0 AND given <= stock", name="given_within_stock"),)

    draw_id: Mapped[int] = mapped_column(Id, ForeignKey("lottery_draws.id"), primary_key=True, autoincrement=False)
    prize_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stock: Mapped[int]
    given: Mapped[int]


class DayStock(Model):
    """The same of one shop day; there is a row for each day of the draw before it opens."""

    __tablename__ = "lottery_day_stocks"
    __table_args__ = (CheckConstraint("given >= 0 AND given <= stock", name="given_within_stock"),)

    draw_id: Mapped[int] = mapped_column(Id, ForeignKey("lottery_draws.id"), primary_key=True, autoincrement=False)
    prize_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    stock: Mapped[int]
    given: Mapped[int]


class Play(Model):
    """A play: the `no`-th of a player, what was rolled, which prize that is (`rolled`) and which was `given`.

    The two differ only where `fell_back` says why. `piece` and `piece_of_day` count what was given of a limited prize.
    The player is who played: that stays when the member, whose the play is, becomes one with another.
    """

    __tablename__ = "lottery_plays"
    __table_args__ = (
        UniqueConstraint("draw_id", "player_id", "no"),
        UniqueConstraint("draw_id", "given", "piece"),
        Index(None, "member_id", "draw_id", "played_on"),
        Index(None, "draw_id", "won", "id"),
        Index(None, "ticket_id"),
        CheckConstraint("no >= 1", name="counted_from_one"),
        CheckConstraint(f"roll >= 0 AND roll < {WHOLE}", name="roll_in_the_whole"),
        CheckConstraint("(fell_back IS NULL) = (rolled = given)", name="falls_back_for_a_reason"),
        CheckConstraint("piece >= 1 AND piece_of_day >= 1", name="pieces_counted_from_one"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    draw_id: Mapped[int] = mapped_column(Id, ForeignKey("lottery_draws.id"))
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    player_id: Mapped[int] = mapped_column(Id)
    no: Mapped[int]
    roll: Mapped[int]
    rolled: Mapped[int]
    given: Mapped[int]
    fell_back: Mapped[Reason | None] = mapped_column(code(16))
    piece: Mapped[int | None]
    piece_of_day: Mapped[int | None]
    won: Mapped[bool]
    ticket_id: Mapped[int | None] = mapped_column(Id)
    played_on: Mapped[date]
    played_at: Mapped[datetime]


class Win(Model):
    """Goods that were won, of the play with the same id, and the store that has handed them out, if one has."""

    __tablename__ = "lottery_wins"
    __table_args__ = (
        UniqueConstraint("pickup_code"),
        Index(None, "member_id", "play_id"),
        Index(None, "draw_id"),
        CheckConstraint("(handed_at IS NULL) = (store_id IS NULL)", name="handed_out_by_a_store"),
    )

    # no foreign key: a win is written before its play, which is written when the stock is locked
    play_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    draw_id: Mapped[int] = mapped_column(Id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    draw_title: Mapped[str] = mapped_column(String(40))
    prize_name: Mapped[str] = mapped_column(String(40))
    pickup_code: Mapped[str] = mapped_column(code(20))
    won_at: Mapped[datetime]
    pick_up_by: Mapped[datetime]
    store_id: Mapped[int | None] = mapped_column(Id, ForeignKey("stores.id"))
    handed_at: Mapped[datetime | None]


class Ticket(Model):
    """Tickets of one draw that one cause gave a member: how many, how many were played, how many were taken back.

    A cause gives once: to whom it gave them stays when two members become one.
    """

    __tablename__ = "lottery_tickets"
    __table_args__ = (
        UniqueConstraint("draw_id", "given_to", "source_kind", "source_id"),
        Index(None, "member_id", "draw_id"),
        Index(None, "source_kind", "source_id"),
        CheckConstraint("granted >= 1", name="granted_some"),
        CheckConstraint("used >= 0 AND taken_back >= 0 AND used + taken_back <= granted", name="used_within_granted"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    draw_id: Mapped[int] = mapped_column(Id, ForeignKey("lottery_draws.id"))
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    given_to: Mapped[int] = mapped_column(Id)
    source_kind: Mapped[str] = mapped_column(code(16))
    source_id: Mapped[str] = mapped_column(code(100))
    granted: Mapped[int]
    used: Mapped[int]
    taken_back: Mapped[int]
    given_at: Mapped[datetime]


class Decision(Model):
    """What an operator did with a draw; only ever added to."""

    __tablename__ = "lottery_decisions"
    __table_args__ = (Index(None, "draw_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    draw_id: Mapped[int] = mapped_column(Id, ForeignKey("lottery_draws.id"))
    deed: Mapped[Deed] = mapped_column(code(16))
    by: Mapped[str] = mapped_column(code(32))
    at: Mapped[datetime]
