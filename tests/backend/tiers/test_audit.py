"""What verify finds: each row spoilt by hand is named, and nothing is found in what the services wrote."""

import pytest
from sqlalchemy import update

from backend import tiers
from backend.tiers.models import GrowthEntry, TierStanding
from tests.backend.tiers.test_gifts import BOOK
from tests.factories.tiers import buy, publish_book
from tests.support.clocks import LATE, MORNING


@pytest.fixture
def member_id(session, account):
    publish_book(session, BOOK, at=MORNING)
    buy(session, account, 60_000, now=LATE)
    session.flush()
    return account.member_id


def faults(session, member_id):
    session.expire_all()
    return [fault.what for fault in tiers.verify(session, [member_id])]


def test_nothing_is_wrong_with_what_was_just_written(session, member_id):
    assert faults(session, member_id) == []
    assert tiers.verify(session, [404]) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"tier_code": "silver"}, ["the tier is not what the journal gives"]),
        ({"terms": {}}, ["the tier is not what the journal gives"]),
        ({"last_seq": 9}, ["does not end where the journal ends"]),
        (
            {"growth": 601},
            ["does not end where the journal ends", "growth value is not what the journal gives"],
        ),
    ],
)
def test_a_spoilt_standing_is_found(session, member_id, change, found):
    session.execute(update(TierStanding).where(TierStanding.member_id == member_id).values(**change))
    assert faults(session, member_id) == found


def test_a_spoilt_line_is_found(session, member_id):
    session.execute(update(GrowthEntry).where(GrowthEntry.member_id == member_id).values(spent_fen=10))
    assert faults(session, member_id) == ["the tier is not what the journal gives"]


def test_who_left_is_not_asked(session, member_id):
    gone = update(TierStanding).where(TierStanding.member_id == member_id).values(closed_at=LATE, growth=5)
    session.execute(gone)
    assert faults(session, member_id) == []
