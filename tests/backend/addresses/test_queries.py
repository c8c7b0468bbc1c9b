import pytest

from backend import addresses
from backend.addresses.models import Address
from backend.addresses.rules import checked
from backend.kit.pii import Unreadable
from tests.factories.addresses import make_address, make_draft
from tests.factories.members import make_member


@pytest.fixture
def member(session):
    return make_member(session)


def test_newest_first_from_a_place_on(session, member):
    made = [make_address(session, member.id, street=f"路 {number} 号").id for number in range(3)]
    session.flush()
    assert [entry.id for entry in addresses.addresses(session, member.id, limit=2)] == made[:0:-1]
    assert [entry.id for entry in addresses.addresses(session, member.id, before_id=made[1], limit=2)] == made[:1]


def test_an_order_takes_down_all_of_it(session, member):
    made = make_address(session, member.id)
    assert addresses.snapshot(session, member.id, made.id) == checked(make_draft()) == made.delivery
    assert addresses.address(session, member.id, made.id) == made


def test_anothers_address_is_unknown(session, member):
    made = make_address(session, make_member(session).id)
    for ask in (addresses.snapshot, addresses.address):
        for address_id in (made.id, 404):
            with pytest.raises(addresses.AddressUnknown):
                ask(session, member.id, address_id)
    assert addresses.addresses(session, member.id, limit=9) == []


def test_one_that_was_moved_to_another_row_does_not_open(session, member):
    one, other = (make_address(session, member.id, street=street) for street in ("一号", "二号"))
    session.flush()
    session.get(Address, one.id).content_sealed = session.get(Address, other.id).content_sealed
    with pytest.raises(Unreadable):
        addresses.snapshot(session, member.id, one.id)
