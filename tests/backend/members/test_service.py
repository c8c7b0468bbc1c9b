from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from backend import members, points, tiers
from backend.kit.db import run
from backend.members import Application, Identity, Member, MemberJoined, ProfileChanges
from tests.factories.members import make_application, make_follower, make_identity, make_member
from tests.support.clocks import MORNING
from tests.support.databases import mariadb_database, migrate
from tests.support.meetings import lockless, meeting
from tests.support.races import race
from tests.support.runtimes import VAULT, make_runtime

LATER = MORNING + timedelta(days=1)
PHONE = "13812345678"


def join(session, identity, rng, **parts):
    return members.join(session, identity.id, application=make_application(**parts), rng=rng, now=MORNING)


def test_joining_makes_a_member_with_account_standing_and_card(session, rng):
    told = []
    session.info["listeners"] = {
        **session.info["listeners"],
        MemberJoined: [*session.info["listeners"][MemberJoined], lambda _session, fact: told.append(fact)],
    }
    identity = make_identity(session, unionid="u-1")
    joined = join(session, identity, rng, scene="poster-7", invite_code="K7M2")
    member = joined.member
    assert joined.created
    assert identity.member_id == member.id
    assert (member.status, member.unionid, member.join_channel, member.join_scene) == (
        "active",
        "u-1",
        "mini-program",
        "poster-7",
    )
    assert points.summary(session, member.id, now=MORNING).available == 100
    assert tiers.standing(session, member.id, now=MORNING).tier.code == "basic"
    assert told == [MemberJoined(member.id, "mini-program", "poster-7", MORNING, "K7M2")]


def test_joining_again_is_the_same_member_unchanged(session, rng):
    identity = make_identity(session)
    first = join(session, identity, rng, nickname="小红").member
    again = join(session, identity, rng, nickname="别人")
    assert (again.member.id, again.created) == (first.id, False)
    assert members.profile(session, first).nickname == "小红"
    assert points.summary(session, first.id, now=MORNING).available == 100


def test_the_same_phone_under_another_appid_is_the_same_member(session, rng):
    member = make_member(session, phone=PHONE)
    second = make_identity(session, appid="wx-second")
    assert join(session, second, rng, phone=f"+86 {PHONE}") == members.Joined(member, created=False)
    assert second.member_id == member.id


def test_the_same_unionid_with_another_phone_is_the_same_member(session, rng):
    member = make_member(session, phone=PHONE, unionid="u-1")
    second = make_identity(session, appid="wx-second", unionid="u-1")
    assert not join(session, second, rng, phone="13900000000").created
    assert members.find_by_phone(session, PHONE) is member
    assert members.find_by_phone(session, "13900000000") is None


def test_a_known_phone_brings_its_member_the_unionid_and_the_follower(session, rng):
    member, follower = make_member(session, phone=PHONE), make_follower(session, unionid="u-1")
    assert not join(session, make_identity(session, unionid="u-1"), rng, phone=PHONE).created
    assert (member.unionid, follower.member_id) == ("u-1", member.id)


def test_where_unionid_and_phone_name_two_members_the_unionid_wins(session, rng):
    by_union = make_member(session, unionid="u-1")
    by_phone = make_member(session, phone=PHONE)
    newcomer = make_identity(session, appid="wx-second", unionid="u-1")
    assert join(session, newcomer, rng, phone=PHONE).member is by_union
    assert members.find_by_phone(session, PHONE) is by_phone


def test_a_phone_whose_member_has_another_unionid_keeps_that_unionid(session, rng):
    member = make_member(session, phone=PHONE, unionid="u-1")
    other = make_identity(session, unionid="u-2")
    assert join(session, other, rng, phone=PHONE).member is member
    assert (member.unionid, other.member_id) == ("u-1", member.id)


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"consent_version": "1999-01"}, members.ConsentMissing),
        ({"phone": "10086"}, members.PhoneRefused),
        ({"nickname": "a\nb"}, members.NicknameRefused),
        ({"birthday": date(2026, 3, 2)}, members.BirthdayRefused),
    ],
)
def test_an_unacceptable_application_is_refused_and_nobody_joins(session, rng, parts, refusal):
    identity = make_identity(session)
    with pytest.raises(refusal):
        join(session, identity, rng, **parts)
    assert session.scalar(select(func.count(Member.id))) == 0


def test_today_in_the_shop_is_no_future_birthday(session, rng):
    late = MORNING.replace(hour=16)  # 2 March in Shanghai
    application = make_application(birthday=date(2026, 3, 2))
    assert members.join(session, make_identity(session).id, application=application, rng=rng, now=late).created


def test_nobody_signed_in_cannot_join(session, rng):
    with pytest.raises(members.IdentityUnknown):
        members.join(session, 1, application=make_application(), rng=rng, now=MORNING)


def test_a_barred_member_cannot_join_again_by_identity_unionid_or_phone(session, rng):
    identity = make_identity(session, unionid="u-1")
    join(session, identity, rng, phone=PHONE).member.status = members.BLOCKED
    by_union = make_identity(session, appid="wx-second", unionid="u-1")
    by_phone = make_identity(session, appid="wx-third")
    for newcomer, phone in ((identity, PHONE), (by_union, "13900000000"), (by_phone, PHONE)):
        with pytest.raises(members.Blocked):
            join(session, newcomer, rng, phone=phone)
    assert by_phone.member_id is None


def test_card_numbers_that_are_taken_are_drawn_again(session, rng):
    state = rng.getstate()
    first = join(session, make_identity(session), rng).member
    rng.setstate(state)
    assert join(session, make_identity(session), rng).member.card_no != first.card_no


def test_personal_data_is_sealed_for_its_place(session, rng):
    member = join(session, make_identity(session), rng, phone=PHONE, birthday=date(1990, 5, 4)).member
    assert VAULT.open(member.phone_sealed, f"members.phone:{member.id}") == PHONE
    assert VAULT.open(member.birthday_sealed, f"members.birthday:{member.id}") == "1990-05-04"
    assert member.phone_index == VAULT.index("phone", PHONE)


def test_an_application_does_not_print_what_is_personal():
    application = Application(consent_version="1", phone=PHONE, nickname="小红", birthday=date(1990, 5, 4))
    assert not any(word in repr(application) for word in (PHONE, "小红", "1990"))
    assert "小红" not in repr(ProfileChanges(nickname="小红"))


def test_the_profile_changes_where_told(session):
    member = make_member(session, nickname="小红")
    members.update_profile(session, member.id, changes=ProfileChanges(nickname=" 红姐 ", gender="female"), now=LATER)
    profile = members.profile(session, member)
    assert (profile.nickname, profile.gender, profile.birthday) == ("红姐", "female", None)
    members.update_profile(session, member.id, changes=ProfileChanges(), now=LATER)
    assert members.profile(session, member) == profile


def test_the_birthday_is_set_once(session):
    member = make_member(session)
    first = ProfileChanges(birthday=date(1990, 5, 4))
    members.update_profile(session, member.id, changes=first, now=LATER)
    members.update_profile(session, member.id, changes=first, now=LATER)
    with pytest.raises(members.BirthdayFixed):
        members.update_profile(session, member.id, changes=ProfileChanges(birthday=date(1990, 5, 5)), now=LATER)
    profile = members.profile(session, member)
    assert (profile.birthday, profile.birthday_locked) == (date(1990, 5, 4), True)


def test_a_birthday_given_when_joining_is_set(session, rng):
    member = join(session, make_identity(session), rng, birthday=date(1990, 5, 4)).member
    with pytest.raises(members.BirthdayFixed):
        members.update_profile(session, member.id, changes=ProfileChanges(birthday=date(1991, 5, 4)), now=LATER)


def test_the_profile_of_nobody_cannot_be_changed(session):
    with pytest.raises(members.MemberUnknown):
        members.update_profile(session, 1, changes=ProfileChanges(gender="male"), now=MORNING)


def test_of_two_parallel_birthdays_one_is_set(mariadb, clock):
    runtime = make_runtime(mariadb, clock)
    member = run(runtime.sessions.write, make_member)

    def set_birthday(number):
        changes = ProfileChanges(birthday=date(1990, 1, 1 + number))
        try:
            run(runtime.sessions.write, lambda s: members.update_profile(s, member.id, changes=changes, now=LATER))
        except members.BirthdayFixed:
            return False
        return True

    assert race(8, set_birthday).count(True) == 1


TAPS = 32
PEOPLE = {
    "one identity": lambda _: ("o-1", None, PHONE),
    "many identities with one phone": lambda number: (f"o-{number}", None, PHONE),
    "many identities of one unionid with one phone": lambda number: (f"o-{number}", "u-1", PHONE),
    "eight identities of one unionid": lambda number: (f"o-{number % 8}", "u-1", f"139{number % 8:08d}"),
}
UNPROTECTED = {
    "one identity": PEOPLE["one identity"],
    "many identities with one phone": PEOPLE["many identities with one phone"],
    "eight identities whose unionid is not told": lambda number: (f"o-{number % 8}", None, f"139{number % 8:08d}"),
}


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
def test_parallel_joins_of_one_person_make_one_member(mariadb, clock, person):
    runtime = make_runtime(mariadb, clock)
    with meeting(mariadb, "INSERT INTO members", patience=1):
        joined = join_in_parallel(runtime, person)
    assert len({taken.member.id for taken in joined}) == 1
    assert [taken.created for taken in joined].count(True) == 1
    with runtime.sessions.read() as session:
        assert session.scalars(select(Member.id)).all() == [joined[0].member.id]
        assert set(session.scalars(select(Identity.member_id))) == {joined[0].member.id}
        assert len(points.entries(session, joined[0].member.id, before_seq=None, limit=10)) == 1


@pytest.mark.parametrize("person", UNPROTECTED.values(), ids=UNPROTECTED)
def test_the_race_finds_joins_without_locks_and_constraints(mariadb, clock, person):
    """The negative control of the test above."""
    with unprotected_database() as engine, meeting(engine, "INSERT INTO members", patience=20):
        joined = join_in_parallel(make_runtime(engine, clock), person)
    assert len({taken.member.id for taken in joined}) > 1


def join_in_parallel(runtime, person):
    def sign_in(number):
        openid, unionid, _ = person(number)
        return run(runtime.sessions.write, lambda s: make_identity(s, openid=openid, unionid=unionid).id)

    identities = [sign_in(number) for number in range(TAPS)]

    def tap(number):
        application = make_application(phone=person(number)[2])
        return run(
            runtime.sessions.write,
            lambda s: members.join(s, identities[number], application=application, rng=runtime.rng, now=MORNING),
        )

    return race(TAPS, tap)


@contextmanager
def unprotected_database():
    """A database whose members have no unique phone and unionid, and on which no row is ever locked by a reader."""
    with mariadb_database() as engine:
        migrate(engine)
        with engine.begin() as connection:
            for name in ("uq_members_phone_index", "uq_members_unionid"):
                connection.execute(text(f"ALTER TABLE members DROP INDEX {name}"))
        with lockless(engine):
            yield engine
