from datetime import timedelta
from random import Random

import pytest

from backend import members, points, sharing
from tests.factories.books import change_book
from tests.factories.members import make_application, make_identity, make_member
from tests.factories.shares import make_share
from tests.support.clocks import MORNING

DAY = timedelta(days=1)


def balance(session, member_id, now=MORNING):
    return points.summary(session, member_id, now=now).available


def opened(session, share, identity, now=MORNING):
    return sharing.open_share(session, share.token, identity.id, now=now)


def test_one_token_for_a_member_and_a_thing(session, sharer):
    first = make_share(session, sharer.id)
    again, new = sharing.share(session, sharer.id, "invitation", "members", rng=Random(9), now=MORNING)
    assert (again.token, new) == (first.token, False)
    assert make_share(session, make_member(session).id).token != first.token


def test_what_is_not_shown_cannot_be_shared(session, sharer):
    with pytest.raises(sharing.ThingUnknown):
        sharing.share(session, sharer.id, "item", "1", rng=Random(1), now=MORNING)


def test_a_newcomer_counts_once_and_brings_points_once(session, sharer):
    share, newcomer, before = make_share(session, sharer.id), make_identity(session), balance(session, sharer.id)
    assert [opened(session, share, newcomer).counted for _ in range(3)] == [True, False, False]
    session.refresh(share)
    assert (share.visits, share.newcomers) == (1, 1)
    assert balance(session, sharer.id) == before + 5


def test_a_member_who_comes_counts_and_brings_nothing(session, sharer):
    share, before = make_share(session, sharer.id), balance(session, sharer.id)
    friend = make_member(session)
    session.flush()
    assert opened(session, share, session.get(members.Identity, members.identity_ids(session, friend.id)[0])).counted
    session.refresh(share)
    assert (share.visits, share.newcomers) == (1, 0)
    assert balance(session, sharer.id) == before


def test_own_visits_are_not_counted(session, sharer):
    share = make_share(session, sharer.id)
    [mine] = members.identity_ids(session, sharer.id)
    assert not sharing.open_share(session, share.token, mine, now=MORNING).counted
    session.refresh(share)
    assert share.visits == 0


def test_who_opened_a_share_before_is_new_no_more(session, sharer):
    other = make_member(session)
    session.flush()
    newcomer, before = make_identity(session), balance(session, sharer.id)
    opened(session, make_share(session, other.id), newcomer)
    assert opened(session, make_share(session, sharer.id), newcomer).counted
    assert balance(session, sharer.id) == before


def test_the_day_s_limit_holds_and_the_next_day_has_room(session, sharer):
    change_book(session, sharing.KIND, visit={"points": 7, "per_day": 2})
    share, before = make_share(session, sharer.id), balance(session, sharer.id)
    for _ in range(3):
        opened(session, share, make_identity(session))
    assert balance(session, sharer.id) == before + 14
    assert [one.why for one in sharing.rewards_page(session, sharer.id, limit=9)] == ["day-full", None, None]
    opened(session, share, make_identity(session), now=MORNING + DAY)
    assert balance(session, sharer.id, MORNING + DAY) == before + 21


def test_without_points_in_the_book_nobody_uses_the_day_up(session, sharer):
    change_book(session, sharing.KIND, visit={"points": 0, "per_day": 1})
    share = make_share(session, sharer.id)
    opened(session, share, make_identity(session))
    [reward] = sharing.rewards_page(session, sharer.id, limit=9)
    assert (reward.status, reward.why, reward.points) == ("dropped", "no-reward", 0)


def test_unknown_tokens_are_not_found(session, sharer):
    with pytest.raises(sharing.ShareUnknown):
        sharing.open_share(session, "NOSUCHTOKEN2", make_identity(session).id, now=MORNING)


def test_who_joins_is_put_down_to_the_share_opened_last(session, sharer):
    other, newcomer = make_member(session), make_identity(session)
    session.flush()
    opened(session, make_share(session, other.id), newcomer)
    last = make_share(session, sharer.id)
    opened(session, last, newcomer)
    members.join(session, newcomer.id, application=make_application(), rng=Random(5), now=MORNING)
    session.refresh(last)
    assert last.joined == 1
