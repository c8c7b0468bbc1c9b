from datetime import timedelta

from backend.subscriptions import Answer, accepting, accepts_of, note_answer
from tests.factories.members import make_identity, make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import MP

T, U = "T-ready", "T-shipped"


def accept(session, identity, template_id, at=MORNING):
    note_answer(session, identity.id, template_id, Answer(True, at, told_by_wechat=True))


def make_user(session, member, appid=MP.appid):
    identity = make_identity(session, appid=appid)
    identity.member_id = member.id
    session.flush()
    return identity


def test_those_who_accepted_are_found_by_member_and_template_in_one_statement(session, count_statements):
    one, other = make_member(session), make_member(session)
    phone, tablet = make_user(session, one), make_user(session, other)
    accept(session, phone, T)
    accept(session, phone, U)
    accept(session, tablet, U)
    wanted = {(one.id, T), (other.id, T), (other.id, U)}
    with count_statements(session) as said:
        found = accepting(session, wanted, appid=MP.appid)
    assert found == {(one.id, T): phone.openid, (other.id, U): tablet.openid}
    assert len(said) == 1


def test_users_of_another_account_are_not_reached(session):
    member = make_member(session)
    accept(session, make_user(session, member, "wx-other"), T)
    assert accepting(session, {(member.id, T)}, appid=MP.appid) == {}


def test_of_two_users_of_a_member_the_one_who_answered_last_is_reached(session):
    member = make_member(session)
    latest, earlier = make_user(session, member), make_user(session, member)
    accept(session, earlier, T)
    accept(session, latest, T, MORNING + timedelta(minutes=1))
    assert accepting(session, {(member.id, T)}, appid=MP.appid) == {(member.id, T): latest.openid}


def test_who_was_never_asked_takes_none(session):
    user = make_user(session, make_member(session))
    accept(session, user, T)
    assert accepts_of(session, user.id, [T, U]) == {T: 1, U: 0}
