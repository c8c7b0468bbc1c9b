from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from backend import members, tiers
from backend.coupons.definition import Definition


@dataclass
class Asker:
    """A member who asks at an instant; tier and tags are looked up when a template wants to know, once."""

    session: Session
    member_id: int
    now: datetime

    @cached_property
    def tier_code(self) -> str:
        """The member's tier."""
        return tiers.standing(self.session, self.member_id, now=self.now).tier.code

    @cached_property
    def tags(self) -> frozenset[str]:
        """The member's tags."""
        return members.tags_of(self.session, self.member_id)


def is_for(asker: Asker, terms: Definition) -> bool:
    """Whether a template is for this member."""
    allowed = terms.audience
    if allowed.tiers is not None and asker.tier_code not in allowed.tiers:
        return False
    return allowed.tags is None or not asker.tags.isdisjoint(allowed.tags)
