"""What it sends and what it learns is tested against the simulator in test_attempt.py."""

from backend import members
from backend.messaging.channels import TemplateMessages, Wanted
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import OA, make_runtime
from tests.support.statements import statements_of


def follow(session, member_id, openid, *, appid=OA.appid):
    identity = members.follow(session, appid=appid, openid=openid, unionid=None, now=MORNING)
    identity.member_id = member_id
    session.flush()


def test_the_followers_of_this_account_are_found_by_one_statement(session, engine, clock):
    runtime = make_runtime(engine, clock)
    channel = TemplateMessages(runtime.official_account, runtime.mini_program, {})
    here, elsewhere, gone = (make_member(session).id for _ in range(3))
    follow(session, here, "o1")
    follow(session, elsewhere, "x1", appid="wx-another")
    follow(session, gone, "o2")
    members.unfollow(session, appid=OA.appid, openid="o2", now=MORNING)
    session.flush()
    wanted = [Wanted(number, who, "tier_lost") for number, who in enumerate((here, elsewhere, gone, here))]
    with statements_of(session) as said:
        assert channel.addresses(session, wanted, now=MORNING) == {0: "o1", 3: "o1"}
    assert len(said) == 1
