from datetime import datetime

from sqlalchemy.orm import Session

from backend.kit.errors import Invalid, NotFound
from backend.kit.ids import new_id
from backend.points import Account, Source
from backend.tiers import journal
from backend.tiers.history import MANUAL, PAID, Line
from backend.tiers.instants import FOREVER
from backend.tiers.models import LONGEST_REASON
from backend.tiers.service import Outcome, count, held, settle


class TierUnknown(NotFound):
    """The book in force has no tier with this code, or it is the lowest, which nobody need be given."""

    code = "tiers.unknown"
    message = "没有这个等级"


class PeriodRefused(Invalid):
    """A period ends after it begins, and after now."""

    code = "tiers.period-refused"
    message = "结束时间须晚于开始时间和现在"


class ReasonRefused(Invalid):
    """A reason is 1 to 200 characters: why a tier was given is asked for later."""

    code = "tiers.reason-refused"
    message = "请用 1 至 200 个字符说明原因"


def set_manual(
    session: Session,
    account: Account,
    code: str | None,
    *,
    until_at: datetime | None,
    by: str,
    reason: str,
    now: datetime,
) -> Outcome:
    """Give a member a tier by hand until an instant (None: for good), as a trial or a courtesy; None takes it away.

    It holds beside what the member earns and ends in what that says by then; it replaces an earlier one and brings no
    gift. `by` is an operator's login. Raises TierUnknown, PeriodRefused, ReasonRefused, NoStanding.
    """
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise ReasonRefused
    if code is not None and until_at is not None and until_at <= now:
        raise PeriodRefused
    dossier = settle(session, account, now=now)
    if code is not None and not dossier.career.book.ranks.get(code):
        raise TierUnknown
    line = Line(0, MANUAL, dossier.career.state.at, tier_code=code, until_at=until_at)
    return count(session, account, dossier, line, source=Source("manual", new_id()), note=(by, reason.strip()))


def note_paid_period(
    session: Session,
    account: Account,
    *,
    from_at: datetime,
    until_at: datetime | None,
    source: Source,
    now: datetime,
    by: str | None = None,
) -> Outcome:
    """Let a paid membership count from an instant until another (None: for good); it may begin later. A source, which
    says what was paid for, counts once. `by` is the login of an operator who noted it by hand.

    Raises PeriodRefused, NoStanding.
    """
    ends = until_at or FOREVER
    if ends <= max(from_at, now):
        raise PeriodRefused
    dossier = settle(session, account, now=now)
    if journal.line_of_source(session, account.member_id, source) is not None:
        return Outcome(held(dossier), held(dossier), 0)
    line = Line(0, PAID, dossier.career.state.at, from_at=from_at, until_at=until_at)
    note = (by, str(source.id)) if by else None
    return count(session, account, dossier, line, source=source, note=note)
