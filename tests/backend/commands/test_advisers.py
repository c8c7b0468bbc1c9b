import pytest

from backend import bookings, stores
from tests.factories.benefits import offer
from tests.factories.bookings import advising
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.stores import make_store

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

BY = ("--by", "anna", "--reason", "交接")


@pytest.fixture
def member(sessions):
    """A member of a shop in which two advise."""
    with sessions.write.begin() as session:
        offer(session, advising())
        make_operator(session, login="anna")
        store = make_store(session, code="NJ")
        for code in ("G1", "G2"):
            staff = stores.create_staff(session, store.id, code=code, name="李婷", role="guide")
            session.flush()
            bookings.open_calendar(session, staff.id)
        return make_member(session)


def test_assigned_handed_over_and_taken_away(answer, flask, member):
    assert answer("advisers", "assign", member.card_no, "NJ", "G1", *BY)["staff"] == "G1"
    assert answer("bookings", "close-calendar", "NJ", "G1") == {"advised": 1, "bookings": 0}
    assert flask("advisers", "assign", member.card_no, "NJ", "G1", *BY).exit_code == 1
    assert answer("advisers", "hand-over", "NJ", "G1", "G2", *BY) == {"handed_over": 1}
    assert answer("advisers", "hand-over", "NJ", "G1", "G2", "--to-store", "NJ", *BY) == {"handed_over": 0}
    assert flask("advisers", "take", member.card_no).exit_code == 0
    assert flask("advisers", "take", member.card_no).exit_code == 1
