from datetime import timedelta

from backend import families
from tests.factories.families import allow_transfers, make_family
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def test_a_household_is_seen_with_masked_names_in_the_order_of_joining(session):
    allow_transfers(session, settled_days=7, day_cap_points=60)
    owner, second = make_family(session, make_member(session, nickname="王小红"), make_member(session, nickname="李明"))
    home = families.household(session, second.id, now=MORNING)
    assert (home.owner_id, home.left_today, home.rules.transfers) == (owner.id, 60, True)
    assert [(one.member_id, one.name, one.is_owner) for one in home.relatives] == [
        (owner.id, "王*", True),
        (second.id, "李*", False),
    ]
    assert {one.receives_from for one in home.relatives} == {MORNING + timedelta(days=7)}


def test_a_household_takes_no_statement_more_for_each_relative(session, count_statements):
    said = []
    for size in (2, 6):
        owner, *_ = make_family(session, size=size)
        session.expire_all()
        with count_statements(session) as statements:
            families.household(session, owner.id, now=MORNING)
        said.append(len(statements))
    assert said[0] == said[1]


def test_gifts_are_listed_from_both_sides_paged_newest_first(session, count_statements):
    allow_transfers(session)
    one, other, third = make_family(
        session, *(make_member(session, nickname=name) for name in ("王红", "李明", "周周"))
    )
    made = [
        families.transfer(session, giver.id, to_member_id=taker.id, amount=10 + number, now=MORNING)
        for number, (giver, taker) in enumerate([(one, other), (other, one), (one, third), (other, third)])
    ]
    session.flush()
    seen = families.transfers(session, one.id, limit=2)
    assert [(gift.id, gift.given, gift.name, gift.points) for gift in seen] == [
        (made[2].id, True, "周*", 12),
        (made[1].id, False, "李*", 11),
    ]
    assert [gift.id for gift in families.transfers(session, one.id, before_id=made[1].id, limit=2)] == [made[0].id]
    with count_statements(session) as said:
        assert len(families.transfers(session, other.id, limit=9)) == 3
    assert len(said) == 2
