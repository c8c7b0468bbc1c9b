from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import messaging
from backend.kit.facts import announce_all
from backend.lottery import DrawWon
from backend.messaging.models import Message
from backend.messaging.rules import Status
from backend.points import PointsExpired, PointsPromised
from backend.tiers import TierReached
from tests.backend.messaging.recipients import earned
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def test_points_that_were_promised_are_told_as_settled(session):
    member = make_member(session)
    messaging.tell_points_earned(session, replace(earned(member.id, 20), settled=True))
    assert outbox(session, member)[-1].template == "points_settled"


@pytest.fixture
def runtime(engine, clock):
    """Deciding asks nobody."""
    return make_runtime(engine, clock)


def outbox(session, member):
    told = select(Message).where(Message.member_id == member.id).order_by(Message.id)
    return session.scalars(told).all()


def test_who_joins_is_welcomed_once_with_card_tier_and_gift(session):
    member = make_member(session)
    (message,) = outbox(session, member)
    assert (message.template, message.words) == (
        "joined",
        {"card_no": member.card_no, "tier": "普通", "day": "2026年3月1日", "gift": "入会礼100积分已到账"},
    )
    assert (message.status, message.due_at, message.decided_at) == (Status.WAITING, MORNING, MORNING)


def test_points_are_told_with_the_words_of_the_moment(session):
    member = make_member(session)
    messaging.tell_points_earned(session, earned(member.id, 20))
    assert outbox(session, member)[-1].words == {
        "points": "20",
        "reason": "消费积分",
        "balance": "1020",
        "at": "2026年3月1日 09:00",
    }


def test_promised_points_are_told_with_the_day_they_can_be_used_from(session):
    member = make_member(session)
    settles_at = datetime(2026, 3, 8, 16, tzinfo=UTC)
    promised = PointsPromised(member.id, 88, settles_at, "purchase", "order-88", MORNING)
    messaging.tell_points_promised(session, promised)
    message = outbox(session, member)[-1]
    assert (message.template, message.due_at) == ("points_promised", MORNING)
    assert message.words == {"points": "88", "reason": "消费积分", "settle_day": "2026年3月9日"}


def test_the_same_points_are_told_once_when_promised_and_once_when_they_come_in(session):
    member = make_member(session)
    messaging.tell_points_promised(session, PointsPromised(member.id, 20, MORNING, "purchase", "order-20", MORNING))
    messaging.tell_points_earned(session, earned(member.id, 20))
    assert [message.template for message in outbox(session, member)][1:] == ["points_promised", "points_earned"]


def test_expired_points_are_told_with_their_last_day(session):
    member = make_member(session)
    midnight = datetime(2026, 3, 31, 16, tzinfo=UTC)
    for line in ("7", "9"):  # what was given back at that very instant was over too
        messaging.tell_points_expired(session, PointsExpired(member.id, 50, 300, line, midnight))
    messages = outbox(session, member)[1:]
    assert [message.template for message in messages] == ["points_expired"] * 2
    assert messages[0].words == {"points": "50", "last_day": "2026年3月31日", "balance": "300"}


def test_many_whose_points_expired_are_told_as_if_one_by_one(session):
    both = [make_member(session) for _ in range(2)]
    facts = [PointsExpired(member.id, 50, 300, "7", MORNING) for member in both]
    messaging.tell_points_expired(session, facts[0])
    announce_all(session, facts[1:])
    first, second = (outbox(session, member)[-1] for member in both)
    assert first.words == second.words
    assert (first.template, first.status, first.due_at) == (second.template, second.status, second.due_at)
    assert first.cause != second.cause


def test_a_house_that_does_not_want_it_tells_nobody_of_expired_points(session):
    member = make_member(session)
    messaging.tell_points_expired(session, PointsExpired(member.id, 50, 300, "7", MORNING), wanted=False)
    assert len(outbox(session, member)) == 1


def test_a_tier_is_told(session):
    member = make_member(session)
    messaging.tell_tier_reached(session, TierReached(member.id, "gold", "金卡", "silver", 7, MORNING))
    message = outbox(session, member)[-1]
    assert (message.template, message.words) == ("tier_reached", {"tier": "金卡", "at": "2026年3月1日 09:00"})


@pytest.mark.parametrize(
    ("kind", "code", "pick_up_by", "told"),
    [
        (
            "goods",
            "402913377580",
            datetime(2026, 12, 15, 16, tzinfo=UTC),
            ("402913377580", "最迟2026年12月15日到店领取"),
        ),
        ("points", None, None, ("-", "积分已到账")),
        ("coupon", None, None, ("-", "优惠券已放入卡包")),
    ],
)
def test_a_prize_is_told_with_how_to_get_it(session, kind, code, pick_up_by, told):
    member = make_member(session)
    messaging.tell_draw_won(session, DrawWon(member.id, 7, "周年庆抽奖", "咖啡壶", kind, code, pick_up_by, MORNING))
    message = outbox(session, member)[-1]
    expected = {"draw": "周年庆抽奖", "prize": "咖啡壶", "at": "2026年3月1日 09:00"}
    assert message.words == expected | dict(zip(("pickup_code", "how"), told, strict=True))
    fields = messaging.fields(messaging.CATALOGUE["draw_won"].lines, message.words)
    assert fields["thing5"] == told[1]


def test_points_of_a_check_in_are_not_told(session):
    member = make_member(session)
    before = len(outbox(session, member))
    messaging.tell_points_earned(session, replace(earned(member.id, 20), source_kind="check-in"))
    assert len(outbox(session, member)) == before


def test_one_cause_is_never_told_twice(session):
    member = make_member(session)
    for _ in range(2):
        messaging.tell_points_earned(session, earned(member.id, 20))
    with pytest.raises(IntegrityError):
        session.flush()


def test_every_message_that_is_decided_has_all_words_of_its_template(session):
    member = make_member(session)
    messaging.tell_points_earned(session, earned(member.id, 20))
    messaging.tell_points_promised(session, PointsPromised(member.id, 20, MORNING, "purchase", "1", MORNING))
    messaging.tell_points_expired(session, PointsExpired(member.id, 50, 300, "7", MORNING))
    messaging.tell_tier_reached(session, TierReached(member.id, "gold", "金卡", "silver", 7, MORNING))
    messaging.tell_draw_won(session, DrawWon(member.id, 7, "抽奖", "壶", "points", None, None, MORNING))
    for message in outbox(session, member):
        assert message.words.keys() == messaging.CATALOGUE[message.template].sample.keys()
