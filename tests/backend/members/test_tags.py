import pytest

from backend import members
from backend.members import MembershipClosed, MembersMerged
from backend.members.tags import MOST_TAGS
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def member_id(session):
    return make_member(session).id


def test_tags_are_put_and_taken(session, member_id):
    for word in ("VIP", " 宝妈 ", "VIP"):
        members.tag(session, member_id, word)
    assert members.tags_of(session, member_id) == {"VIP", "宝妈"}
    for word in ("VIP", "nobody has it"):
        members.untag(session, member_id, word)
    assert members.tags_of(session, member_id) == {"宝妈"}


def test_tags_are_compared_letter_by_letter(session, member_id):
    members.tag(session, member_id, "vip")
    members.tag(session, member_id, "VIP")
    assert members.tags_of(session, member_id) == {"vip", "VIP"}


@pytest.mark.parametrize("word", ["", "  ", "a" * 33, "two\nlines", "turned\u202e"])
def test_what_is_no_tag_is_refused(session, member_id, word):
    with pytest.raises(members.TagRefused):
        members.tag(session, member_id, word)


def test_nobody_has_no_tags(session):
    for verb in (members.tag, members.untag):
        with pytest.raises(members.MemberUnknown):
            verb(session, 404, "VIP")
    assert members.tags_of(session, 404) == frozenset()


def test_there_is_an_end_to_tags(session, member_id):
    for number in range(MOST_TAGS):
        members.tag(session, member_id, f"tag {number}")
    members.tag(session, member_id, "tag 0")
    with pytest.raises(members.TooManyTags):
        members.tag(session, member_id, "one more")


def test_of_two_members_who_are_one_the_survivor_has_the_tags_of_both(session, member_id):
    other_id = make_member(session).id
    for who, words in ((member_id, ("VIP", "宝妈")), (other_id, ("VIP", "茶客"))):
        for word in words:
            members.tag(session, who, word)
    members.merge_tags(session, MembersMerged(gone_id=other_id, into_id=member_id, at=MORNING))
    assert members.tags_of(session, member_id) == {"VIP", "宝妈", "茶客"}
    assert members.tags_of(session, other_id) == frozenset()


def test_of_who_left_no_tag_is_kept(session, member_id):
    other_id = make_member(session).id
    for who in (member_id, other_id):
        members.tag(session, who, "VIP")
    members.drop_tags(session, MembershipClosed(member_id, MORNING))
    assert (members.tags_of(session, member_id), members.tags_of(session, other_id)) == (frozenset(), {"VIP"})
