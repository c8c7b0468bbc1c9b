from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from sqlalchemy.orm import Session

from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.kit.pii import vault
from backend.members import rules
from backend.members.birthdays import birthday_index, index_anew
from backend.members.completion import note_completion
from backend.members.errors import BirthdayFixed, ConsentMissing, IdentityUnknown
from backend.members.facts import MemberJoined
from backend.members.identities import bind_person
from backend.members.models import ACTIVE, BirthdayCalendar, Gender, Identity, Member
from backend.members.queries import (
    active,
    find_by_card_no,
    find_by_phone,
    get,
    locked,
    locked_survivor,
    phone_index,
    place,
)
from config import policy


@dataclass(frozen=True)
class Application:
    """What somebody brings who wants to join."""

    consent_version: str
    phone: str = field(default="", repr=False)
    nickname: str | None = field(default=None, repr=False)
    birthday: date | None = field(default=None, repr=False)
    gender: Gender = "unknown"
    scene: str | None = None
    invite_code: str | None = None


@dataclass(frozen=True)
class Joined:
    """The member of an identity; `created` when this call made it."""

    member: Member
    created: bool


@dataclass(frozen=True)
class ProfileChanges:
    """What a member wants changed; None leaves a field as it is."""

    nickname: str | None = field(default=None, repr=False)
    gender: Gender | None = None
    birthday: date | None = field(default=None, repr=False)
    birthday_calendar: BirthdayCalendar | None = None


def check_application(application: Application, *, now: datetime) -> None:
    """Everything about an application but the phone. Raises ConsentMissing, NicknameRefused, BirthdayRefused."""
    if application.consent_version not in policy.CONSENT_VERSIONS:
        raise ConsentMissing
    if application.nickname is not None:
        rules.normal_nickname(application.nickname)
    if application.birthday is not None:
        rules.check_birthday(application.birthday, today=shop_day(now))


def join(session: Session, identity_id: int, *, application: Application, rng: Random, now: datetime) -> Joined:
    """Make the person behind an identity a member, once, whichever appids and however many parallel taps.

    Who is a member already, by this identity, by its unionid or by the phone, is bound to that member and nothing else
    about the member changes. Where unionid and phone name two members the unionid wins: it names the WeChat account in
    the hand, while carriers give numbers to new owners; the other member keeps the phone until the store settles it.
    Raises ConsentMissing, PhoneRefused, NicknameRefused, BirthdayRefused, IdentityUnknown; Blocked or Closed when the
    member is.
    """
    check_application(application, now=now)
    phone = rules.normal_phone(application.phone)
    identity = _locked_with_siblings(session, identity_id)
    if identity.member_id is not None:
        return Joined(active(get(session, identity.member_id)), created=False)
    member = _locked_by_phone(session, phone)
    created = member is None
    if member is None:
        member = _create(session, identity, application, phone=phone, rng=rng, now=now)
    identity.member_id = active(member).id
    bind_person(session, identity)
    if created:
        announce(session, MemberJoined(member.id, identity.kind, application.scene, now, application.invite_code))
        note_completion(session, member, now=now)
    return Joined(member, created)


def update_profile(session: Session, member_id: int, *, changes: ProfileChanges, now: datetime) -> Member:
    """Change what a member may change. The birthday can be set once; the same day again is no change. The calendar by
    which it is celebrated can be chosen anew at any time.

    Raises MemberUnknown, NicknameRefused, BirthdayRefused, BirthdayFixed.
    """
    member = locked(session, member_id)
    if changes.nickname is not None:
        member.nickname_sealed = _seal(session, member.id, "nickname", rules.normal_nickname(changes.nickname))
    if changes.gender is not None:
        member.gender = changes.gender
    if changes.birthday is not None:
        _set_birthday(session, member, changes.birthday, now)
    member.birthday_calendar = changes.birthday_calendar or member.birthday_calendar
    index_anew(session, member)
    note_completion(session, member, now=now)
    return member


def _locked_with_siblings(session: Session, identity_id: int) -> Identity:
    identity = session.get(Identity, identity_id)
    if identity is None:
        raise IdentityUnknown
    bind_person(session, identity)
    return identity


def _locked_by_phone(session: Session, phone: str) -> Member | None:
    found = find_by_phone(session, phone)
    member = found and locked_survivor(session, found.id)
    # who left before we had the lock has no phone any more, and a newcomer takes it
    return member if member is not None and member.phone_index is not None else None


def _create(
    session: Session, identity: Identity, application: Application, *, phone: str, rng: Random, now: datetime
) -> Member:
    member_id = new_id()
    nickname = application.nickname and rules.normal_nickname(application.nickname)
    birthday = application.birthday and application.birthday.isoformat()
    member = Member(
        id=member_id,
        card_no=_free_card_number(session, rng),
        unionid=identity.unionid,
        phone_sealed=_seal(session, member_id, "phone", phone),
        phone_index=phone_index(session, phone),
        nickname_sealed=nickname and _seal(session, member_id, "nickname", nickname),
        birthday_sealed=birthday and _seal(session, member_id, "birthday", birthday),
        birthday_index=application.birthday and birthday_index(session, application.birthday),
        gender=application.gender,
        status=ACTIVE,
        joined_at=now,
        join_channel=identity.kind,
        join_scene=application.scene,
        consent_version=application.consent_version,
        consent_at=now,
    )
    session.add(member)
    session.flush()  # whoever joins with the same phone meanwhile must be met before the listeners write
    return member


def _free_card_number(session: Session, rng: Random) -> str:
    number = rules.card_number(rng)
    while find_by_card_no(session, number) is not None:
        number = rules.card_number(rng)
    return number


def _set_birthday(session: Session, member: Member, day: date, now: datetime) -> None:
    rules.check_birthday(day, today=shop_day(now))
    if member.birthday_sealed is None:
        member.birthday_sealed = _seal(session, member.id, "birthday", day.isoformat())
    elif vault(session).open(member.birthday_sealed, place("birthday", member.id)) != day.isoformat():
        raise BirthdayFixed


def _seal(session: Session, member_id: int, column: str, text: str) -> bytes:
    return vault(session).seal(text, place(column, member_id))
