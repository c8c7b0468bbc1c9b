import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from backend.mall.models import OrderLine
from backend.mall.virtual import VirtualCode
from tests.factories.mall import make_code_item
from tests.support.clocks import MORNING


@pytest.fixture
def card(session):
    return make_code_item(session, ["AAAA-1111", "BBBB-2222"])


def row(session, card):
    """A code like the first of the item, to be added."""
    first = session.scalars(select(VirtualCode).where(VirtualCode.item_id == card.id)).first()
    return {"item_id": card.id, "code_sealed": b"sealed", "digest": first.digest, "imported_at": MORNING}


def test_the_database_itself_refuses_a_code_twice_for_one_item(session, card):
    with pytest.raises(DBAPIError, match="digest"):
        session.execute(insert(VirtualCode).values(**row(session, card)))


def test_two_items_may_have_one_code(session, card):
    other = make_code_item(session, ["AAAA-1111"])
    digests = select(VirtualCode.digest).where(VirtualCode.item_id.in_([card.id, other.id]))
    assert len(set(session.scalars(digests))) == 2


@pytest.mark.parametrize(
    ("given", "refused_by"), [({"line_no": 1}, "of_a_line"), ({"order_id": 404, "line_no": 1}, "(?i)foreign key")]
)
def test_the_database_itself_refuses_a_code_that_is_no_line_s(session, card, given, refused_by):
    with pytest.raises(DBAPIError, match=refused_by):
        session.execute(update(VirtualCode).where(VirtualCode.item_id == card.id).values(**given))


def test_a_line_with_codes_cannot_be_forgotten(session, exchange, card):
    order = exchange(wishes={card.id: 1})
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"):
        session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
