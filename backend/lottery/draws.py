"""What operators do with a draw: draft it, publish it, stop it and let it go on, end it before its time."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import coupons, tiers
from backend.kit.ids import new_id
from backend.kit.pii import vault
from backend.lottery.book import CouponPrize, DrawBook, digest_of
from backend.lottery.drafting import checked
from backend.lottery.errors import DefinitionRefused, DrawUnknown, NotADraft, NotRunning, OpensTooSoon
from backend.lottery.models import DayStock, Decision, Deed, Draw, Stock
from backend.lottery.queries import place_of_seed
from backend.lottery.rules import RUNNING, SEED_BYTES, Phase, Status, commitment


def draft(session: Session, definition: dict[str, Any], *, by: str, now: datetime) -> Draw:
    """Keep a definition as a draft, in place of an earlier one with its code. `by` is an operator's login.

    Raises DefinitionRefused, NotADraft.
    """
    book = _checked_here(session, definition, now=now)
    draw = _find(session, book.code)
    if draw is None:
        draw = Draw(id=new_id(), code=book.code, status="draft", created_at=now)
        session.add(draw)
    elif draw.status != "draft":
        raise NotADraft
    said = book.model_dump(mode="json")
    draw.title, draw.definition, draw.digest = book.title, said, digest_of(said)
    draw.opens_at, draw.closes_at = book.opens_at, book.closes_at
    session.flush()  # the decision refers to it
    _note(session, draw, "draft", by=by, now=now)
    return draw


def publish(session: Session, draw_code: str, *, by: str, rng: Random, now: datetime) -> Draw:
    """Commit to a new seed and announce the draw: from now on what it says never changes.

    Raises DrawUnknown, NotADraft, OpensTooSoon, DefinitionRefused where it names tiers that are gone by now.
    """
    draw = _locked(session, draw_code)
    if draw.status != "draft":
        raise NotADraft
    if draw.opens_at <= now:
        raise OpensTooSoon
    book = _checked_here(session, draw.definition, now=now)
    seed = rng.randbytes(SEED_BYTES)
    draw.status, draw.commitment = "published", commitment(seed)
    draw.seed_sealed = vault(session).seal(seed.hex(), place_of_seed(draw.id))
    session.add_all([*_stocks(draw, book), *_day_stocks(draw, book)])
    _note(session, draw, "publish", by=by, now=now)
    return draw


def pause(session: Session, draw_code: str, *, by: str, now: datetime) -> Draw:
    """Let nobody play until it is resumed; its end stays where it is. Raises DrawUnknown, NotRunning."""
    return _turn(session, draw_code, "paused", ("announced", "open"), deed="pause", by=by, now=now)


def resume(session: Session, draw_code: str, *, by: str, now: datetime) -> Draw:
    """Let a paused draw go on. Raises DrawUnknown, NotRunning."""
    return _turn(session, draw_code, "published", ("paused",), deed="resume", by=by, now=now)


def close(session: Session, draw_code: str, *, by: str, now: datetime) -> Draw:
    """End a draw before its time, as if its time were over. Raises DrawUnknown, NotRunning."""
    return _end(session, draw_code, "closed", deed="close", by=by, now=now)


def cancel(session: Session, draw_code: str, *, by: str, now: datetime) -> Draw:
    """Call a draw off. What was played stays played and paid, what was won is handed over; tickets are void.

    Raises DrawUnknown, NotRunning.
    """
    return _end(session, draw_code, "cancelled", deed="cancel", by=by, now=now)


def _checked_here(session: Session, definition: dict[str, Any], *, now: datetime) -> DrawBook:
    """Also against the tiers and templates that there are."""
    book = checked(definition)
    known = {tier.code for tier in tiers.tiers_now(session, now=now)}
    if unknown := [code for code in book.tiers or () if code not in known]:
        raise DefinitionRefused(why=f"tiers：没有等级 {'、'.join(unknown)}")
    for prize in book.prizes:
        if isinstance(prize, CouponPrize):
            _check_template(session, prize)
    return book


def _check_template(session: Session, prize: CouponPrize) -> None:
    try:
        coupons.template(session, prize.template)
    except coupons.TemplateUnknown as unknown:
        raise DefinitionRefused(why=f"{prize.name}：没有券模板 {prize.template}") from unknown


def _find(session: Session, draw_code: str) -> Draw | None:
    mine = select(Draw).where(Draw.code == draw_code).with_for_update()
    return session.scalar(mine.execution_options(populate_existing=True))


def _locked(session: Session, draw_code: str) -> Draw:
    draw = _find(session, draw_code)
    if draw is None:
        raise DrawUnknown
    return draw


def _turn(
    session: Session, draw_code: str, status: Status, phases: tuple[Phase, ...], *, deed: Deed, by: str, now: datetime
) -> Draw:
    draw = _locked(session, draw_code)
    if draw.phase(now) not in phases:
        raise NotRunning
    draw.status = status
    _note(session, draw, deed, by=by, now=now)
    return draw


def _end(session: Session, draw_code: str, status: Status, *, deed: Deed, by: str, now: datetime) -> Draw:
    draw = _turn(session, draw_code, status, RUNNING, deed=deed, by=by, now=now)
    draw.ended_at = now
    return draw


def _note(session: Session, draw: Draw, deed: Deed, *, by: str, now: datetime) -> None:
    session.add(Decision(draw_id=draw.id, deed=deed, by=by, at=now))


def _stocks(draw: Draw, book: DrawBook) -> Iterator[Stock]:
    for no, prize in enumerate(book.prizes, start=1):
        if prize.stock is not None:
            yield Stock(draw_id=draw.id, prize_no=no, stock=prize.stock, given=0)


def _day_stocks(draw: Draw, book: DrawBook) -> Iterator[DayStock]:
    for no, prize in enumerate(book.prizes, start=1):
        if prize.per_day is not None:
            for day in book.days:
                yield DayStock(draw_id=draw.id, prize_no=no, day=day, stock=prize.per_day, given=0)
