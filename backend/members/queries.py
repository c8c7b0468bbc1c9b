from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from backend.kit.pii import mask_name, mask_phone, vault
from backend.members import rules
from backend.members.errors import (
    Blocked,
    Closed,
    IdentityUnknown,
    MemberUnknown,
    Merged,
    NotJoined,
    PhoneRefused,
)
from backend.members.models import BLOCKED, CLOSED, MERGED, BirthdayCalendar, Gender, Identity, Member


@dataclass(frozen=True)
class Who:
    """Who signed in: an identity, and its member once the person has joined."""

    identity_id: int
    member: Member | None

    @property
    def member_id(self) -> int | None:
        return self.member.id if self.member else None

    @property
    def status(self) -> str | None:
        return self.member.status if self.member else None


@dataclass(frozen=True)
class Profile:
    """A member as the member may see it; the phone is masked even so."""

    card_no: str
    phone_masked: str
    nickname: str | None = field(repr=False)
    birthday: date | None = field(repr=False)
    gender: Gender
    joined_at: datetime
    birthday_locked: bool
    birthday_calendar: BirthdayCalendar


def get(session: Session, member_id: int) -> Member:
    """The member with this id, whatever its status. Raises MemberUnknown."""
    member = session.get(Member, member_id)
    if member is None:
        raise MemberUnknown
    return member


def survivor(session: Session, member: Member) -> Member:
    """The member whom a merged one has become; any other is its own."""
    return member if member.merged_into is None else get(session, member.merged_into)


def by_card_no(session: Session, card_no: str) -> Member:
    """The member whom this card leads to, whatever its status. Raises MemberUnknown."""
    member = find_by_card_no(session, card_no)
    if member is None:
        raise MemberUnknown
    return member


def locked(session: Session, member_id: int) -> Member:
    """The member with this id, the row locked and read anew. Raises MemberUnknown."""
    member = session.get(Member, member_id, with_for_update=True, populate_existing=True)
    if member is None:
        raise MemberUnknown
    return member


def locked_survivor(session: Session, member_id: int) -> Member:
    """The member, or the one it has become, locked and read anew: nobody merges or closes it until we end.

    Raises MemberUnknown.
    """
    member = locked(session, member_id)
    while member.merged_into is not None:
        member = locked(session, member.merged_into)
    return member


def of_identity(session: Session, identity_id: int) -> Who:
    """Who stands behind an identity, in one SELECT. Raises IdentityUnknown."""
    asked = select(Identity.id, Member).outerjoin(Member, Member.id == Identity.member_id)
    found = session.execute(asked.where(Identity.id == identity_id)).one_or_none()
    if found is None:
        raise IdentityUnknown
    return Who(*found)


def active_member(who: Who) -> Member:
    """The member, who may act. Raises NotJoined, Blocked, Closed, Merged."""
    if who.member is None:
        raise NotJoined
    return active(who.member)


def active(member: Member) -> Member:
    """The member, who may act. Raises Blocked, Closed, Merged."""
    if member.status == BLOCKED:
        raise Blocked
    if member.status == CLOSED:
        raise Closed
    if member.status == MERGED:
        raise Merged
    return member


def find_by_phone(session: Session, phone: str) -> Member | None:
    """The member with this phone, however it is written; None for what is no mainland mobile number too.

    The phone of a merged member leads to the one it became: it is a second number of the same person.
    """
    try:
        normal = rules.normal_phone(phone)
    except PhoneRefused:
        return None
    found = session.scalar(select(Member).where(Member.phone_index == phone_index(session, normal)))
    return found and survivor(session, found)


def find_by_card_no(session: Session, card_no: str) -> Member | None:
    """The member whom this card leads to: the card of a merged member, to the one it became."""
    found = session.scalar(select(Member).where(Member.card_no == card_no))
    return found and survivor(session, found)


def phone_index(session: Session, phone: str) -> bytes:
    """The blind index of a normalised phone number."""
    return vault(session).index("phone", phone)


def place(column: str, member_id: int) -> str:
    """Where a member's sealed value stands; it opens nowhere else."""
    return f"members.{column}:{member_id}"


def profile(session: Session, member: Member) -> Profile:
    """What the member may see of himself or herself."""
    birthday = _open(session, member, "birthday")
    return Profile(
        card_no=member.card_no,
        phone_masked=mask_phone(_open(session, member, "phone") or ""),
        nickname=_open(session, member, "nickname"),
        birthday=date.fromisoformat(birthday) if birthday else None,
        gender=member.gender,
        joined_at=member.joined_at,
        birthday_locked=birthday is not None,
        birthday_calendar=member.birthday_calendar,
    )


def masked_name(session: Session, member: Member) -> str:
    """The name as staff may see it: first character and a star."""
    return mask_name(_open(session, member, "nickname") or "")


def masked_names(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """The names of some members as staff may see them, by their ids; ask for a few hundred."""
    found = session.scalars(select(Member).where(Member.id.in_(set(member_ids))))
    return {member.id: masked_name(session, member) for member in found}


def identities_of_person(session: Session, identity_id: int) -> Sequence[int]:
    """The ids of all identities of the person behind one, itself among them; none for one that is not known."""
    mine = select(Identity.unionid).where(Identity.id == identity_id).scalar_subquery()
    return session.scalars(select(Identity.id).where(or_(Identity.id == identity_id, Identity.unionid == mine))).all()


def identity_ids(session: Session, member_id: int) -> list[int]:
    """The identities of a member, a handful."""
    return list(session.scalars(select(Identity.id).where(Identity.member_id == member_id).order_by(Identity.id)))


def cards_of_identities(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The card numbers of the members behind some identities, without those of nobody; ask for a few hundred."""
    rows = select(Identity.id, Member.card_no).join(Member, Member.id == Identity.member_id)
    return {row.id: row.card_no for row in session.execute(rows.where(Identity.id.in_(set(ids))))}


def followers_without_unionid(session: Session, *, limit: int, after_id: int = 0) -> list[Identity]:
    """Followers whose unionid is still to be asked for, in the order of their ids, from behind `after_id`."""
    unknown = select(Identity).where(Identity.unionid.is_(None), Identity.follows == true(), Identity.id > after_id)
    return list(session.scalars(unknown.order_by(Identity.id).limit(limit)))


def _open(session: Session, member: Member, column: str) -> str | None:
    sealed: bytes | None = getattr(member, f"{column}_sealed")
    return vault(session).open(sealed, place(column, member.id)) if sealed is not None else None
