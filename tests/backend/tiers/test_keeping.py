from datetime import timedelta

from sqlalchemy import select

from backend import points, tiers
from backend.points import Source
from backend.tiers.models import GrowthEntry, TierChange, TierReview
from tests.factories.members import make_member
from tests.factories.tiers import buy, definition, listen, publish_book, tier
from tests.support import nights
from tests.support.clocks import LATE, MORNING

BOOK = definition(
    tier("silver", {"spent_fen": 20_000, "days": 30}, validity={"months": 1}),
    tier("gold", {"spent_fen": 60_000, "days": 30}, validity={"months": 1}, landing="one-step"),
    growth={"decay": {"every": "month", "keep": 5_000}},
)


def test_what_time_did_is_written_in_its_order_with_its_instants(session, account):
    publish_book(session, BOOK, at=MORNING)
    buy(session, account, 60_000, now=LATE)
    heard = listen(session)
    later = LATE + timedelta(days=70)
    session.flush()
    nights.review(session, now=later, limit=5)
    session.flush()
    lines = session.scalars(select(GrowthEntry).order_by(GrowthEntry.seq)).all()
    assert [(line.kind, line.growth_after) for line in lines] == [
        ("purchase", 600),
        ("decay", 300),
        ("time", 300),
        ("decay", 150),
        ("time", 150),
    ]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    changes = session.scalars(select(TierChange).order_by(TierChange.growth_seq)).all()
    assert [(change.growth_seq, change.to_code, change.cause) for change in changes] == [
        (1, "gold", "purchase"),
        (3, "silver", "period-end"),
        (5, "basic", "period-end"),
    ]
    lost = [fact for fact in heard if isinstance(fact, tiers.TierLost)]
    assert [(fact.previous_code, fact.tier_code, fact.growth_seq) for fact in lost] == [
        ("gold", "silver", 3),
        ("silver", "basic", 5),
    ]
    assert tiers.standing(session, account.member_id, now=later).since_at == changes[-1].at


def test_the_inviter_of_who_moves_is_to_be_looked_at(session, account):
    publish_book(session, BOOK, at=MORNING)
    friend = points.lock(session, make_member(session).id, now=LATE)
    tiers.count_friend(session, account, friend_id=friend.member_id, source=Source("friend", 1), now=LATE)
    buy(session, friend, 20_000, now=LATE)
    buy(session, account, 20_000, 2, now=LATE)
    session.flush()
    (review,) = session.scalars(select(TierReview)).all()
    assert (review.inviter_id, review.friend_id, review.noted_at) == (account.member_id, friend.member_id, LATE)
