from itertools import count

import pytest

from backend import media, points, receipts
from tests.factories.members import make_member
from tests.factories.purchases import make_store
from tests.support.clocks import MORNING


@pytest.fixture
def store(session):
    return make_store(session)


@pytest.fixture
def member_id(session):
    return make_member(session).id


@pytest.fixture
def named(store):
    """The receipt of A-1: 100 yuan on the first of March."""
    return receipts.Named(store.id, "A-1", 10_000, MORNING.date())


@pytest.fixture
def photo(session):
    """Rows of pictures, each of another file: nobody here looks at the files."""
    numbers = count(1)

    def make():
        number = next(numbers)
        row = media.Picture(id=number, hash=f"{number:064x}", extension="jpg", width=9, height=9, size=9, added_by="m")
        row.added_at = MORNING
        session.add(row)
        session.flush()
        return row

    return make


@pytest.fixture
def heard(session):
    """What is told of claims."""
    facts = []
    kinds = (receipts.ReceiptSettled, receipts.ReceiptRefused)
    listeners = {kind: [lambda _, fact: facts.append(fact)] for kind in kinds}
    session.info["listeners"] = {**session.info["listeners"], **listeners}
    return facts


@pytest.fixture
def available(session):
    """How many points a member has."""

    def ask(member_id):
        session.flush()
        return points.summary(session, member_id, now=MORNING).available

    return ask
