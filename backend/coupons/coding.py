"""Codes that members type for a coupon: many that each work once (兑换码), or one word for many (口令).

Unique codes are made slice by slice, each with the count of those made in one transaction: whoever goes on after a
crash makes just those that are missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final, cast

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.orm import Session

from backend import operators, points
from backend.coupons import queries
from backend.coupons.errors import (
    BatchRefused,
    BatchUnknown,
    CodeUnknown,
    LimitReached,
    SoldOut,
    StepRefused,
)
from backend.coupons.issuing import issue
from backend.coupons.models import Coupon
from backend.coupons.rules import checked_note, normal_code
from backend.coupons.ways import CodeBatch, Gift, UniqueCode
from backend.kit.ids import readable_code

CODE, WORD = "code", "word"  # kinds of sources
LENGTH: Final = 14  # of 31 characters each: 69 bits
MOST: Final = 1_000_000
MOST_EACH: Final = 1_000
SLICE: Final = 2_000
BATCH_WORDS: Final = {"making": "生成中", "ready": "可使用", "voided": "已作废"}


@dataclass(frozen=True)
class Wish:
    """How many codes for a coupon of a template, or of one `word` how many uses, and how many for each member."""

    template_code: str
    total: int
    note: str
    word: str | None = None
    per_member: int = 1


def order_codes(session: Session, wish: Wish, *, by: str, now: datetime) -> CodeBatch:
    """Ask for codes: a word works at once, unique ones are made by `make_codes`.

    Raises TemplateUnknown, BatchRefused, NoteRefused and what looking up the operator raises.
    """
    operators.acting(session, by)
    template = queries.template(session, wish.template_code)
    word = None if wish.word is None else normal_code(wish.word)
    if not (1 <= wish.total <= MOST and 1 <= wish.per_member <= MOST_EACH and word != ""):
        raise BatchRefused
    if word is not None and _batch_of_word(session, word) is not None:
        raise BatchRefused
    batch = CodeBatch(
        template_id=template.id,
        kind="codes" if word is None else "word",
        word=word,
        total=wish.total,
        made=0,
        used=0,
        per_member=wish.per_member,
        status="making" if word is None else "ready",
        note=checked_note(wish.note),
        made_by=by,
        made_at=now,
    )
    session.add(batch)
    session.flush()  # the caller is told its id
    return batch


def make_codes(session: Session, batch_id: int, *, rng: Random, limit: int = SLICE) -> int:
    """Make up to `limit` more codes of a batch; returns how many, 0 when there is nothing left to make.

    Raises BatchUnknown.
    """
    batch = _locked(session, batch_id)
    missing = min(limit, batch.total - batch.made) if batch.status == "making" else 0
    if missing:
        codes: set[str] = set()
        while len(codes) < missing:
            codes.add(readable_code(rng, LENGTH))
        session.execute(insert(UniqueCode), [{"code": code, "batch_id": batch.id} for code in sorted(codes)])
        batch.made += missing
    if batch.status == "making" and batch.made == batch.total:
        batch.status = "ready"
    return missing


def batches_in_making(session: Session, *, limit: int) -> Sequence[int]:
    """Ids of batches whose codes are not all made, the oldest first."""
    making = select(CodeBatch.id).where(CodeBatch.status == "making").order_by(CodeBatch.id).limit(limit)
    return session.scalars(making).all()


def void_codes(session: Session, batch_id: int, *, by: str, now: datetime) -> CodeBatch:
    """Let no code of a batch work any more; coupons that were got for them stay. Raises BatchUnknown, StepRefused."""
    operators.acting(session, by)
    batch = _locked(session, batch_id)
    if batch.status == "voided":
        raise StepRefused(status=BATCH_WORDS["voided"])
    batch.status, batch.voided_by, batch.voided_at = "voided", by, now
    return batch


def redeem_code(session: Session, member_id: int, text: str, *, rng: Random, now: datetime) -> Coupon:
    """Give a member the coupon that a code or a word stands for. One's own used code is answered with its coupon.

    Raises CodeUnknown, which does not tell unknown codes from voided and from other members' ones, and LimitReached,
    SoldOut and what `grant` raises.
    """
    account = points.lock(session, member_id, now=now)
    typed = normal_code(text)
    batch = _batch_of_word(session, typed)
    if batch is not None:
        return _by_word(session, account, batch, rng=rng, now=now)
    code = session.get(UniqueCode, typed, with_for_update=True, populate_existing=True) if typed else None
    if code is None or code.member_id not in {None, member_id}:
        raise CodeUnknown
    if code.coupon_id is not None:
        return session.get_one(Coupon, code.coupon_id)
    batch = session.get_one(CodeBatch, code.batch_id, populate_existing=True)
    if batch.status == "voided":
        raise CodeUnknown
    template, source = queries.template_of(session, batch.template_id), points.Source(CODE, code.code)
    coupon = issue(session, account, template, source=source, rng=rng, now=now)
    code.member_id, code.coupon_id, code.used_at = member_id, coupon.id, now
    return coupon


def codes_page(session: Session, batch_id: int, *, after: str = "", limit: int) -> Sequence[UniqueCode]:
    """Codes of a batch in their order, from behind one on. Raises BatchUnknown."""
    code_batch(session, batch_id)
    mine = select(UniqueCode).where(UniqueCode.batch_id == batch_id, UniqueCode.code > after)
    return session.scalars(mine.order_by(UniqueCode.code).limit(limit)).all()


def code_batch(session: Session, batch_id: int) -> CodeBatch:
    """A batch, as the database has it now. Raises BatchUnknown."""
    batch = session.get(CodeBatch, batch_id, populate_existing=True)
    if batch is None:
        raise BatchUnknown
    return batch


def code_batches(session: Session, *, limit: int) -> Sequence[CodeBatch]:
    """Batches of codes, newest first."""
    return session.scalars(select(CodeBatch).order_by(CodeBatch.id.desc()).limit(limit)).all()


def _by_word(session: Session, account: points.Account, batch: CodeBatch, *, rng: Random, now: datetime) -> Coupon:
    if batch.status != "ready":
        raise CodeUnknown
    template, used = queries.template_of(session, batch.template_id), _used(session, account.member_id, batch)
    if used >= batch.per_member:
        raise LimitReached
    free = CodeBatch.id == batch.id, CodeBatch.status == "ready", CodeBatch.used < CodeBatch.total
    change = update(CodeBatch).where(*free).values(used=CodeBatch.used + 1)
    done = session.execute(change, execution_options={"synchronize_session": False})
    if not cast("CursorResult[Any]", done).rowcount:
        raise SoldOut
    source = points.Source(WORD, f"{batch.id}:{used + 1}")
    return issue(session, account, template, source=source, rng=rng, now=now)


def _used(session: Session, member_id: int, batch: CodeBatch) -> int:
    """How often a member has used a word, what was given away or taken back since among it."""
    own = select(func.count()).where(
        Coupon.member_id == member_id,
        Coupon.template_id == batch.template_id,
        Coupon.source_kind == WORD,
        Coupon.source_id.startswith(f"{batch.id}:"),
    )
    given = select(func.count()).where(
        Gift.giver_id == member_id,
        Gift.template_id == batch.template_id,
        Gift.status == "accepted",
        Gift.source_kind == WORD,
        Gift.source_id.startswith(f"{batch.id}:"),
    )
    return session.scalar(select(own.scalar_subquery() + given.scalar_subquery())) or 0


def _batch_of_word(session: Session, word: str) -> CodeBatch | None:
    mine = select(CodeBatch).where(CodeBatch.word == word)
    return session.scalar(mine.execution_options(populate_existing=True)) if word else None


def _locked(session: Session, batch_id: int) -> CodeBatch:
    batch = session.get(CodeBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None:
        raise BatchUnknown
    return batch
