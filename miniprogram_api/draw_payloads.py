from typing import Literal

from backend import lottery
from backend.kit.schema import IdText, Instant, Schema


class DrawPath(Schema):
    id: IdText


class PrizeOut(Schema):
    """A prize and its odds per million. `stock` pieces in all, `per_day` on a shop day; null: as many as are rolled.

    The fallback is given in place of a prize of which there are no more.
    """

    no: int
    name: str
    kind: Literal["points", "coupon", "goods", "nothing"]
    points: int | None
    odds: int
    stock: int | None
    per_day: int | None
    fallback: bool


class CostOut(Schema):
    """What a play costs: points, or one ticket (then `points` is null)."""

    kind: Literal["points", "ticket"]
    points: int | None


class MineOut(Schema):
    """How I stand: whether my tier may play, plays so far, plays left today (null: no limit), tickets."""

    allowed: bool
    played: int
    left: int | None
    tickets: int


class DrawOut(Schema):
    """A draw. `commitment` is the SHA-256 of its seed, which is shown some minutes after the end; both in hex.

    `mine` is null for who has not joined.
    """

    id: IdText
    code: str
    title: str
    description: str
    phase: lottery.Phase
    opens_at: Instant
    closes_at: Instant
    cost: CostOut
    day_limit: int | None
    limit: int | None
    tiers: list[str] | None
    prizes: list[PrizeOut]
    commitment: str
    seed: str | None
    mine: MineOut | None


class DrawDetailOut(DrawOut):
    """A draw with the text of its rules, of which `rules_digest` is the SHA-256 in hex."""

    rules: str
    rules_digest: str


class DrawsOut(Schema):
    """A page of draws, newest first."""

    items: list[DrawOut]
    next_cursor: str | None


class PlayOut(Schema):
    """A play, and all that its roll follows from but the seed: HMAC-SHA256(seed, "draw_id:player_id:no:attempt").

    `given` differs from `rolled` only where `fell_back` says why. `pickup_code` is for goods.
    """

    id: IdText
    draw_id: IdText
    player_id: IdText
    no: int
    roll: int
    rolled: int
    given: int
    prize: PrizeOut
    fell_back: lottery.Reason | None
    pickup_code: str | None
    pick_up_by: Instant | None
    played_at: Instant


class PlaysOut(Schema):
    """A page of my plays, newest first."""

    items: list[PlayOut]
    next_cursor: str | None


class WinnerOut(Schema):
    """Who won what; the name is masked."""

    name: str
    prize_name: str
    played_at: Instant


class WinnersOut(Schema):
    """A page of winners, newest first."""

    items: list[WinnerOut]
    next_cursor: str | None


class WinOut(Schema):
    """Goods that wait: handed over at any store for `pickup_code`, before `pick_up_by`."""

    draw_title: str
    prize_name: str
    pickup_code: str
    won_at: Instant
    pick_up_by: Instant


class WinsOut(Schema):
    """A page of goods that wait for me, newest first."""

    items: list[WinOut]
    next_cursor: str | None
