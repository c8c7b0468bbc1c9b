"""Whether everything that is counted is the sum of its rows. Reads only, on a session that holds still."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.coupons.coding import WORD
from backend.coupons.models import Coupon, Redemption, Return, Template, TemplateDay
from backend.coupons.owners import MERGED
from backend.coupons.ways import CodeBatch, Gift, UniqueCode


@dataclass(frozen=True)
class CountFault:
    """A counter that is not what the rows say it should be; `day` is told for that of a template's day."""

    what: str
    day: date | None
    counted: int
    expected: int


def count_faults(session: Session) -> list[CountFault]:
    """Every counter of templates, days and batches that disagrees with what it counts; none while all is well."""
    return [*_of_templates(session), *_of_days(session), *_of_batches(session), *_of_words(session)]


def use_faults(session: Session, member_ids: Sequence[int] | None = None) -> list[CountFault]:
    """Coupons, of some members or all, whose redemptions are not those that they say, and redemptions of which more or
    less went back than their returns say. Two statements for many members.
    """
    return [*_of_coupons(session, member_ids), *_of_redemptions(session, member_ids)]


def _of_templates(session: Session) -> list[CountFault]:
    kept = and_(Coupon.template_id == Template.id, Coupon.status != "revoked")
    expected = func.count(Coupon.id)
    rows = select(Template.code, Template.issued, expected).outerjoin(Coupon, kept)
    wrong = rows.group_by(Template.code, Template.issued).having(Template.issued != expected)
    return [CountFault(f"template {code}", None, issued, should) for code, issued, should in session.execute(wrong)]


def _of_days(session: Session) -> list[CountFault]:
    kept = and_(
        Coupon.template_id == TemplateDay.template_id,
        Coupon.issued_on == TemplateDay.day,
        Coupon.status != "revoked",
    )
    expected = func.count(Coupon.id)
    days = select(Template.code, TemplateDay.day, TemplateDay.issued, expected).join(
        Template, Template.id == TemplateDay.template_id
    )
    wrong = days.outerjoin(Coupon, kept).group_by(Template.code, TemplateDay.day, TemplateDay.issued)
    rows = session.execute(wrong.having(TemplateDay.issued != expected))
    return [CountFault(f"template {code}", day, issued, should) for code, day, issued, should in rows]


def _of_batches(session: Session) -> list[CountFault]:
    expected = func.count(UniqueCode.code)
    rows = select(CodeBatch.id, CodeBatch.made, expected).outerjoin(UniqueCode, UniqueCode.batch_id == CodeBatch.id)
    wrong = rows.group_by(CodeBatch.id, CodeBatch.made).having(CodeBatch.made != expected)
    return [CountFault(f"batch {batch_id}", None, made, should) for batch_id, made, should in session.execute(wrong)]


def _of_words(session: Session) -> Iterator[CountFault]:
    """How often words were used: coupons got for them, what was given to friends since among these.

    A coupon of a member who became one with another does not say any more what it was got for: it may be any.
    """
    batches = session.scalars(select(CodeBatch).where(CodeBatch.kind == "word").order_by(CodeBatch.id)).all()
    if not batches:
        return
    kept, given = _by_word(Coupon), _by_word(Gift).where(Gift.status == "accepted")
    used = Counter(dict(session.execute(kept).all())) + Counter(dict(session.execute(given).all()))
    merged = select(Coupon.template_id, func.count()).where(Coupon.source_kind == MERGED).group_by(Coupon.template_id)
    unnamed = dict(session.execute(merged).all())
    for batch in batches:
        least = used[str(batch.id)]
        if not least <= batch.used <= least + unnamed.get(batch.template_id, 0):
            yield CountFault(f"word {batch.word}", None, batch.used, least)


def _by_word(table: type[Coupon | Gift]) -> Select[str, int]:
    batch = func.substr(table.source_id, 1, func.instr(table.source_id, ":") - 1)
    return select(batch, func.count()).where(table.source_kind == WORD).group_by(batch)


def _of_coupons(session: Session, member_ids: Sequence[int] | None) -> Iterator[CountFault]:
    times, in_force = func.count(Redemption.id), func.sum(case((Redemption.reversed_at.is_(None), 1), else_=0))
    says = case((Coupon.status == "redeemed", 1), else_=0)
    stands = case((times == 0, 0), else_=in_force)
    rows = select(Coupon.id, Coupon.redemptions, times, says, stands)
    wrong = rows.outerjoin(Redemption, Redemption.coupon_id == Coupon.id).where(_of(Coupon.member_id, member_ids))
    grouped = wrong.group_by(Coupon.id, Coupon.redemptions, Coupon.status)
    for coupon_id, counted, expected, redeemed, standing in session.execute(
        grouped.having((Coupon.redemptions != times) | (says != stands))
    ):
        if counted != expected:
            yield CountFault(f"redemptions of coupon {coupon_id}", None, counted, expected)
        if redeemed != standing:
            yield CountFault(f"redemptions in force of coupon {coupon_id}", None, redeemed, int(standing))


def _of_redemptions(session: Session, member_ids: Sequence[int] | None) -> Iterator[CountFault]:
    fen, owed = Redemption.returned_fen, Redemption.returned_settlement_fen
    fen_back, owed_back = (
        func.coalesce(func.sum(column), 0) for column in (Return.discount_fen, Return.settlement_fen)
    )
    rows = select(Redemption.id, fen, fen_back, owed, owed_back)
    told = rows.outerjoin(Return, Return.redemption_id == Redemption.id).where(_of(Redemption.member_id, member_ids))
    grouped = told.group_by(Redemption.id, fen, owed).having((fen != fen_back) | (owed != owed_back))
    for redemption_id, *sums in session.execute(grouped):
        counted, expected, owed_counted, owed_expected = map(int, sums)  # a sum is a DECIMAL on MariaDB
        if counted != expected:
            yield CountFault(f"returned of redemption {redemption_id}", None, counted, expected)
        if owed_counted != owed_expected:
            yield CountFault(f"returned to the bearer of redemption {redemption_id}", None, owed_counted, owed_expected)


def _of(member: InstrumentedAttribute[int], member_ids: Sequence[int] | None) -> ColumnElement[bool]:
    return true() if member_ids is None else member.in_(member_ids)
