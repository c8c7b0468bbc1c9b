"""Takes the whole membership over to a book of tiers that went live, slice by slice.

Whoever is met by a purchase or a night before goes over by themselves, to the same result: applying only makes sure
that nobody is left, gives the gifts, and counts what came of it beside what the preview had said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.errors import Conflict, NotFound
from backend.tiers import editions
from backend.tiers.models import TierChange, TierGift, TierRun, TierStanding
from backend.tiers.review import carry_on
from backend.tiers.state import NEW_BOOK
from backend.tiers.sums import Pair, Preview, Tally, expected
from backend.tiers.whatif import fates, members_at, switch_to

SLICE: Final = 200


class NotInForce(Conflict):
    """Only the version that is in force can be applied."""

    code = "tiers.not-in-force"
    message = "只能应用正在生效的版本"


class RunUnknown(NotFound):
    """The version was never begun to be applied."""

    code = "tiers.run-unknown"
    message = "该版本还没有开始应用"


@dataclass(frozen=True)
class Difference:
    """Members who were to go from one tier to another, and how many did."""

    before: str
    after: str
    expected: int
    came: int


def check_in_force(session: Session, version: int, *, now: datetime) -> None:
    """Raises NotInForce unless the version is the one in force."""
    if editions.live(session, now=now).version != version:
        raise NotInForce


def begin_run(session: Session, preview: Preview, *, by: str, now: datetime) -> TierRun:
    """Begin to apply the version in force, whose preview at its instant says what must come of it.

    A run that was begun before goes on as it was. `by` is an operator's login. Raises NotInForce.
    """
    run = session.get(TierRun, preview.version)
    if run is not None:
        return run
    check_in_force(session, preview.version, now=now)
    book = switch_to(session, preview.version, at=preview.at).edition.book
    run = TierRun(
        version=preview.version,
        at=preview.at,
        members=preview.members,
        expected=expected(preview, book).document(),
        outcome=Tally().document(),
        started_by=by,
        started_at=now,
    )
    session.add(run)
    return run


def run_of(session: Session, version: int) -> TierRun:
    """How far the applying of a version is. Raises RunUnknown."""
    run = session.get(TierRun, version)
    if run is None:
        raise RunUnknown
    return run


def apply_slice(session: Session, version: int, *, now: datetime, limit: int = SLICE) -> TierRun:
    """Take the next members over, in the order of their ids; `finished_at` is set when none is left.

    What one call did is committed with how far it came: stopped anywhere, the next call goes on. Two at once take
    turns. Raises RunUnknown, NotInForce.
    """
    run = session.get(TierRun, version, with_for_update=True, populate_existing=True)
    if run is None:
        raise RunUnknown
    if run.finished_at is not None:
        return run
    check_in_force(session, version, now=now)
    member_ids = _next_members(session, run, limit)
    if not member_ids:
        run.finished_at = now
        return run
    carry_on(session, member_ids, now=now)
    session.flush()  # what came of it is read from the tables
    run.outcome = _counted(session, run, member_ids).document()
    run.done, run.last_id = run.done + len(member_ids), member_ids[-1]
    return run


def differences(run: TierRun) -> list[Difference]:
    """Where the outcome so far is not what the preview had said; none when all are taken over and went as it said."""
    said, came = Tally.of(run.expected).matrix, Tally.of(run.outcome).matrix
    pairs = sorted({*said, *came})
    return [
        Difference(*pair, said.get(pair, 0), came.get(pair, 0)) for pair in pairs if said.get(pair) != came.get(pair)
    ]


def _next_members(session: Session, run: TierRun, limit: int) -> Sequence[int]:
    further = select(TierStanding.member_id).where(*members_at(run.at), TierStanding.member_id > run.last_id)
    return session.scalars(further.order_by(TierStanding.member_id).limit(limit)).all()


def _counted(session: Session, run: TierRun, member_ids: Sequence[int]) -> Tally:
    """The outcome with some members more."""
    tally = Tally.of(run.outcome)
    for before, after in _landed(session, run, member_ids):
        tally.add(before, after)
    given = select(func.count(), func.coalesce(func.sum(TierGift.points), 0)).where(
        TierGift.member_id.in_(member_ids), TierGift.book_version == run.version, TierGift.at == run.at
    )
    gifts, gift_points = session.execute(given).one()
    tally.gifts, tally.gift_points = tally.gifts + gifts, tally.gift_points + int(gift_points)
    return tally


def _landed(session: Session, run: TierRun, member_ids: Sequence[int]) -> Iterable[Pair]:
    """From where to where members went at the switch, read from what was written of each then and since.

    Of who has left since nothing was written: they are reckoned.
    """
    rows = session.scalars(select(TierStanding).where(TierStanding.member_id.in_(member_ids))).all()
    landed = {row.member_id: (row.tier_code, row.tier_code) for row in rows}
    since = (
        select(TierChange)
        .where(TierChange.member_id.in_(member_ids), TierChange.book_version == run.version)
        .order_by(TierChange.growth_seq.desc())
    )
    for change in session.scalars(since):  # the newest first, so that the first after the switch stays
        came = change.to_code if change.cause == NEW_BOOK else change.from_code
        landed[change.member_id] = (change.from_code, came)
    switch = switch_to(session, run.version, at=run.at)
    for fate in fates(session, switch, [row for row in rows if row.closed_at is not None]):
        landed[fate.member_id] = (switch.edition.book.code_now(fate.before), fate.after)
    return landed.values()
