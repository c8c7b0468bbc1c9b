from datetime import timedelta

import pytest

from backend import members, points
from backend.messaging.broadcasts import audience
from backend.messaging.broadcasts.errors import AudienceRefused
from tests.factories.broadcasts import make_broadcast
from tests.factories.members import make_member
from tests.factories.tiers import buy
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(days=9)


@pytest.fixture
def people(session, operators):
    """Four who joined a day after one another."""
    found = [make_member(session, now=MORNING + timedelta(days=number)) for number in range(4)]
    members.tag(session, found[1].id, "母婴")
    session.flush()
    return [one.id for one in found]


@pytest.fixture
def those(session, people):
    """Which of them an audience is, by number."""

    def who(*, now=LATER, listed=(), after=0, until=None, **asked):
        broadcast = make_broadcast(session, audience=asked, people=listed, now=LATER)
        ids = session.scalars(audience.chosen(session, broadcast, after=after, until=until, now=now)).all()
        assert len(ids) == len(set(ids))
        return sorted(map(people.index, ids))

    return who


def test_nothing_asked_is_everybody(those):
    assert those() == [0, 1, 2, 3]


def test_who_joins_at_the_instant_itself_is_not_in(those):
    assert those(now=MORNING + timedelta(days=3)) == [0, 1, 2]


def test_days_of_joining_are_shop_days_the_last_included(those):
    assert those(joined_from="2026-03-02", joined_until="2026-03-03") == [1, 2]


def test_tags_and_tiers_are_asked_together(session, people, those):
    buy(session, points.lock(session, people[2], now=LATER), 250_000, now=LATER)
    session.flush()
    assert those(any_tag=["母婴"], tiers=["basic"]) == [1]
    assert those(tiers=["silver"]) == [2]
    assert those(all_tags=["母婴"], tiers=["silver"]) == []


def test_a_list_narrows_what_is_asked(people, those):
    assert those(listed=people[1:3]) == [1, 2]
    assert those(listed=people[1:3], any_tag=["母婴"]) == [1]
    assert those(listed=people, after=people[0], until=people[2]) == [1, 2]


def test_who_was_merged_stands_for_the_member_it_became_once(session, people, those):
    gone, into = members.lock_two(session, people[3], people[0])
    members.absorb(session, gone, into)
    assert those(listed=people) == [0, 1, 2]
    assert those(listed=[people[3]]) == [0]


def test_a_slice_looks_at_as_many_as_it_is_told(session, people, those):
    broadcast = make_broadcast(session, audience={"any_tag": ["母婴"]}, now=LATER)
    assert [audience.end_of_slice(session, broadcast, limit) for limit in (1, 4, 5)] == [people[0], people[3], None]
    broadcast.place = people[2]
    assert [audience.end_of_slice(session, broadcast, limit) for limit in (1, 2)] == [people[3], None]
    listed = make_broadcast(session, people=people[1:], now=LATER)
    assert [audience.end_of_slice(session, listed, limit) for limit in (1, 3, 4)] == [people[1], people[3], None]


def test_a_sample_is_of_the_audience(session, people, those):
    broadcast = make_broadcast(session, audience={"any_tag": ["母婴"]}, now=LATER)
    assert audience.count(session, broadcast, now=LATER) == 1
    assert audience.sample(session, broadcast, one_in=1, limit=9, now=LATER) == [people[1]]
    everybody = make_broadcast(session, now=LATER)
    assert audience.sample(session, everybody, one_in=1, limit=2, now=LATER) == people[:2]
    some = audience.sample(session, everybody, one_in=2, limit=9, now=LATER)
    assert some == [one for one in people if one % 2 == 0]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"colour": "red"}, "colour：没有这一项"),
        ({"birthday_month": 13}, "birthday_month：不能大于 12"),
        ({"any_tag": [""]}, "any_tag.0：不能为空"),
        ({"joined_from": "2026-03-02", "joined_until": "2026-03-01"}, "早于"),
        ({"joined_from": "yesterday"}, "joined_from"),
        ({"tiers": ["basic", "platinum"]}, "没有等级 platinum"),
    ],
)
def test_what_cannot_be_worked_with_is_told(session, given, why):
    with pytest.raises(AudienceRefused) as refused:
        audience.checked(session, given, now=MORNING)
    assert why in refused.value.detail
