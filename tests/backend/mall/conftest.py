import pytest

from backend import stores
from tests.factories.mall import give_points, make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def store(session):
    return stores.create_store(session, code="SH01", name="南京东路店", now=MORNING)


@pytest.fixture
def item(session):
    return make_item(session)


@pytest.fixture
def member_id(session):
    member_id = make_member(session).id
    give_points(session, member_id, 900)
    return member_id
