from random import Random

import pytest

from backend import plans
from tests.factories.members import make_member
from tests.factories.plans import sell_plans
from tests.factories.stores import make_store
from tests.support.databases import sqlite_copy


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """One engine for what plain statements do; races run on MariaDB."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def store_id(session):
    return make_store(session).id


@pytest.fixture
def member_id(session):
    sell_plans(session)
    return make_member(session).id


@pytest.fixture
def buy(session, member_id, store_id):
    """Buy a plan at the till; each time under a new number."""
    numbers = iter(range(1, 99))

    def bought(plan="gold-year", *, now, who=None, paid_fen=12_000):
        number = next(numbers)
        sale = plans.Sale(f"T{number}", who or member_id, plan, paid_fen, "cash")
        return plans.sell(session, sale, store_id=store_id, rng=Random(number), now=now)[0]

    return bought
