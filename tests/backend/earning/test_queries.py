from datetime import timedelta

import pytest

from backend import earning, points
from backend.points import Source
from tests.factories.earning import make_bill, make_rule, publish
from tests.factories.members import make_member
from tests.support.clocks import MORNING

BILL = Source("purchase", 7)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def award(session, member_id, event, source=BILL):
    account = points.lock(session, member_id, now=MORNING)
    return earning.award(session, account, event, source=source, now=MORNING)


def test_a_quote_is_what_the_award_then_gives(session, member_id):
    """L22, with caps and a budget that are partly used."""
    publish(session, make_rule("a", caps={"day": 150}), make_rule("b", "gift", budget=130))
    award(session, member_id, make_bill(10_000))
    quoted = earning.quote(session, member_id, make_bill(9_000), now=MORNING)
    given = award(session, member_id, make_bill(9_000), Source("purchase", 8))
    assert (quoted.points, quoted.wanted) == (80, 180)
    assert (given.points, given.wanted, given.grants) == (80, 180, quoted.grants)


def test_a_quote_only_reads(sessions):
    with sessions.write.begin() as session:
        member_id = make_member(session).id
        publish(session, make_rule("a", caps={"day": 50}, budget=70))
    with sessions.read() as session:
        assert earning.quote(session, member_id, make_bill(10_000), now=MORNING).points == 50
        session.flush()


def test_without_a_member_nothing_is_earned(session):
    quoted = earning.quote(session, None, make_bill(10_000), now=MORNING)
    assert (quoted.points, quoted.wanted, quoted.book_version, quoted.grants) == (0, 0, None, ())


def test_what_is_kept_is_worth_what_the_old_rules_say(session, member_id):
    award(session, member_id, make_bill(10_000, 5_000, multiplier=12_000))
    publish(session, make_rule("purchase", effect={"fixed": 1}))
    assert earning.reassess(session, member_id, source=BILL, lines_kept=(10_000, 99)) == 121
    with pytest.raises(earning.AwardUnknown):
        earning.reassess(session, member_id, source=Source("purchase", 8), lines_kept=())


def test_an_award_is_explained_with_what_its_limits_said_then(session, member_id):
    publish(
        session,
        make_rule("a", caps={"day": 70}, budget=500),
        make_rule("b", "gift", effect={"fixed": 5}, conditions={"weekdays": [3]}),
    )
    award(session, member_id, make_bill(10_000))
    publish(session, make_rule("a", caps={"day": 9_000}))
    told = earning.explain(session, member_id=member_id, source=BILL)
    assert [(one.rule_code, one.outcome, one.condition, one.wanted, one.granted) for one in told] == [
        ("a", "matched", "day", 100, 70),
        ("b", "skipped", "weekdays", 0, 0),
    ]
    assert told[0].words == "每元 1 积分，每日上限 70 积分，应得 100，实得 70 积分"


def test_the_rules_in_force_are_listed_in_the_order_of_their_groups(session, member_id):
    publish(session, make_rule("z", "gift", budget=80), make_rule("b"), make_rule("a", "gift"))
    award(session, member_id, make_bill(10_000))
    publish(session, make_rule("later"), live_from=MORNING + timedelta(days=1))
    version, rules = earning.live_rules(session, now=MORNING)
    assert version == 2
    assert [(one.rule.code, one.spent) for one in rules] == [("b", 0), ("z", 80), ("a", 0)]
