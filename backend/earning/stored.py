from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.earning.book import KIND, EarningBook, parsed
from backend.earning.events import Event, from_json
from backend.earning.models import StoredAward, StoredGrant
from backend.earning.rules import Assessment, assess
from backend.kit.errors import NotFound
from backend.points import Source


class AwardUnknown(NotFound):
    """Nothing was given for this to this member, nor was it judged that nothing should be."""

    code = "earning.award-unknown"
    message = "没有该笔业务的积分记录"


@dataclass(frozen=True)
class Stored:
    """An award as it was made: what it was for, by which rules, and what each of them gave."""

    award: StoredAward
    grants: dict[str, StoredGrant]
    book: EarningBook
    event: Event

    def again(self, kept: Sequence[int] | None = None) -> Assessment:
        """Reckon the award again by the rules it was made by and within the limits it met; with `kept`, what these
        amounts of its lines would have been worth.
        """
        rooms = {code: grant.granted for code, grant in self.grants.items() if grant.granted < grant.wanted}
        return assess(self.book, self.event, kept=kept, rooms=rooms)


def find(session: Session, member_id: int, source: Source) -> Stored:
    """What was given to a member for something. Raises AwardUnknown."""
    key = (member_id, source.kind, str(source.id))
    award = session.get(StoredAward, key, populate_existing=True)
    if award is None:
        raise AwardUnknown
    grants = select(StoredGrant).where(
        StoredGrant.member_id == member_id,
        StoredGrant.source_kind == source.kind,
        StoredGrant.source_id == str(source.id),
    )
    rows = session.scalars(grants.execution_options(populate_existing=True))
    book = parsed(rulebooks.get(session, KIND, award.book_version).definition)
    return Stored(award, {row.rule_code: row for row in rows}, book, from_json(award.event))
