from datetime import timedelta

from backend import lifecycle, referrals
from backend.referrals import people
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def test_a_person_was_here_from_the_first_membership_on(session):
    old, new = make_member(session), make_member(session, now=MORNING + timedelta(days=1))
    assert people.first_joined(session, new.id) == (new.joined_at, new.id)
    lifecycle.merge(session, gone_id=old.id, into_id=new.id, by="anna", reason="同一人", now=MORNING)
    session.flush()
    assert people.first_joined(session, new.id) == (old.joined_at, old.id)


def test_names_are_masked(session):
    named, nameless = make_member(session, nickname="王小明"), make_member(session, nickname=None)
    assert referrals.names(session, [named.id, nameless.id]) == {named.id: "王*", nameless.id: "会*"}
