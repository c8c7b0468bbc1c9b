"""Two members become one: what was given to the one that goes was given to the other."""

from collections import defaultdict

from sqlalchemy import and_, not_, select, update
from sqlalchemy.orm import Session, aliased

from backend.earning.models import StoredAward, StoredGrant, Usage
from backend.members import MembersMerged


def merge_awards(session: Session, merged: MembersMerged) -> None:
    """Move a member's awards and what is used up of caps to the one it became; a cap counts what both were given.

    What both were given for something of the same name, such as a day's check-in, stays with each.
    """
    session.flush()  # what is not written yet cannot be moved
    twice = _of_both(session, merged)
    for table in (StoredAward, StoredGrant):
        others = [
            not_(and_(table.source_kind == kind, table.source_id.in_(source_ids))) for kind, source_ids in twice.items()
        ]
        session.execute(
            update(table).where(table.member_id == merged.gone_id, *others).values(member_id=merged.into_id)
        )
    _add_usage(session, merged)


def _of_both(session: Session, merged: MembersMerged) -> dict[str, list[str]]:
    own = aliased(StoredAward)
    same = and_(own.source_kind == StoredAward.source_kind, own.source_id == StoredAward.source_id)
    rows = session.execute(
        select(StoredAward.source_kind, StoredAward.source_id)
        .join(own, same)
        .where(StoredAward.member_id == merged.gone_id, own.member_id == merged.into_id)
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for kind, source_id in rows:
        found[kind].append(source_id)
    return found


def _add_usage(session: Session, merged: MembersMerged) -> None:
    both = select(Usage).where(Usage.member_id.in_((merged.gone_id, merged.into_id)))
    rows = session.scalars(both.execution_options(populate_existing=True)).all()
    own = {(row.rule_code, row.period): row for row in rows if row.member_id == merged.into_id}
    for row in rows:
        if row.member_id == merged.gone_id:
            key = {"rule_code": row.rule_code, "period": row.period}
            if (row.rule_code, row.period) in own:
                own[row.rule_code, row.period].points += row.points
            else:
                session.add(Usage(member_id=merged.into_id, **key, points=row.points))
            session.delete(row)
