from datetime import timedelta
from random import Random

import pytest

from backend import families, points
from tests.factories.books import change_book
from tests.factories.families import make_family
from tests.factories.members import make_member
from tests.support.clocks import MORNING

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def seated(session, member):
    session.flush()
    return [one.member_id for one in families.household(session, member.id, now=MORNING).relatives]


def invite(session, member, *, now=MORNING, luck=1):
    made = families.invite(session, member.id, rng=Random(luck), now=now)
    session.flush()
    return made


@pytest.fixture
def member(session):
    return make_member(session)


def test_who_makes_a_family_owns_it_and_sits_in_it(session, member):
    family = families.make(session, member.id, now=MORNING)
    assert (family.owner_id, family.made_at) == (member.id, MORNING)
    assert seated(session, member) == [member.id]


def test_one_family_at_a_time(session):
    owner, other = make_family(session)
    stranger, _ = make_family(session)
    code = invite(session, stranger).code
    for act in (
        lambda: families.make(session, other.id, now=MORNING),
        lambda: families.make(session, owner.id, now=MORNING),
        lambda: families.join(session, other.id, code=code, now=MORNING),
    ):
        with pytest.raises(families.AlreadyInFamily):
            act()


def test_an_invitation_lets_one_member_in(session, member):
    (owner,) = make_family(session, member)
    invitation, joiner = invite(session, owner), make_member(session)
    assert (len(invitation.code), invitation.expires_at) == (12, MORNING + DAY)
    families.join(session, joiner.id, code=invitation.code, now=MORNING + DAY - TICK)
    assert seated(session, owner) == [owner.id, joiner.id]
    with pytest.raises(families.InvitationInvalid):
        families.join(session, make_member(session).id, code=invitation.code, now=MORNING)


def test_an_invitation_that_is_over_and_one_that_never_was_are_answered_alike(session, member):
    (owner,) = make_family(session, member)
    invitation = invite(session, owner)
    for code, now in ((invitation.code, MORNING + DAY), ("NO-SUCH-CODE", MORNING)):
        with pytest.raises(families.InvitationInvalid):
            families.join(session, make_member(session).id, code=code, now=now)


def test_a_family_is_no_larger_than_the_house_allows(session, member):
    change_book(session, families.KIND, most_members=2)
    (owner,) = make_family(session, member)
    codes = [invite(session, owner, luck=luck).code for luck in (1, 2)]
    families.join(session, make_member(session).id, code=codes[0], now=MORNING)
    session.flush()
    with pytest.raises(families.FamilyFull) as refused:
        families.join(session, make_member(session).id, code=codes[1], now=MORNING)
    assert refused.value.detail == "家庭组最多 2 人"
    with pytest.raises(families.FamilyFull):
        invite(session, owner)


def test_as_many_invitations_are_open_as_seats_there_may_be(session, member):
    change_book(session, families.KIND, most_members=2)
    (owner,) = make_family(session, member)
    for luck in (1, 2):
        invite(session, owner, luck=luck)
    with pytest.raises(families.TooManyInvitations):
        invite(session, owner, luck=3)
    assert invite(session, owner, now=MORNING + DAY, luck=3)


def test_only_the_owner_invites_removes_and_dissolves(session):
    owner, second, third = make_family(session, size=3)
    for act in (
        lambda: invite(session, second),
        lambda: families.leave(session, second.id, leaver_id=third.id, now=MORNING),
        lambda: families.leave(session, second.id, leaver_id=owner.id, now=MORNING),
        lambda: families.dissolve(session, second.id, now=MORNING),
    ):
        with pytest.raises(families.NotOwner):
            act()
    families.leave(session, owner.id, leaver_id=third.id, now=MORNING)
    assert seated(session, owner) == [owner.id, second.id]


def test_who_wants_to_leaves_but_the_owner(session):
    owner, second = make_family(session)
    with pytest.raises(families.OwnerStays):
        families.leave(session, owner.id, leaver_id=owner.id, now=MORNING)
    families.leave(session, second.id, leaver_id=second.id, now=MORNING)
    assert seated(session, owner) == [owner.id]
    assert families.make(session, second.id, now=MORNING)


def test_nobody_is_taken_out_of_another_family(session):
    owner, _ = make_family(session)
    _, stranger = make_family(session)
    for leaver_id in (stranger.id, make_member(session).id, 1):
        with pytest.raises(families.NotInFamily):
            families.leave(session, owner.id, leaver_id=leaver_id, now=MORNING)


def test_a_dissolved_family_is_gone_with_its_invitations(session):
    owner, second = make_family(session)
    code = invite(session, owner).code
    families.dissolve(session, owner.id, now=MORNING)
    session.flush()
    for member in (owner, second):
        with pytest.raises(families.NoFamily):
            families.household(session, member.id, now=MORNING)
    with pytest.raises(families.InvitationInvalid):
        families.join(session, second.id, code=code, now=MORNING)


def test_who_is_in_no_family_can_do_nothing_with_one(session, member):
    for act in (
        lambda: invite(session, member),
        lambda: families.leave(session, member.id, leaver_id=member.id, now=MORNING),
        lambda: families.dissolve(session, member.id, now=MORNING),
    ):
        with pytest.raises(families.NoFamily):
            act()


def test_nobody_makes_a_family(session):
    with pytest.raises(points.NoAccount):
        families.make(session, 1, now=MORNING)
