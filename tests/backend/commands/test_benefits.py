import pytest

from backend import benefits
from tests.factories.benefits import PLATE, benefit, birthday_gift, make_car, offer
from tests.factories.books import change_book
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

BY = ("--by", "anna", "--reason", "核对过")


@pytest.fixture
def member(sessions):
    with sessions.write.begin() as session:
        offer(session, benefit(), birthday_gift())
        make_operator(session, login="anna")
        return make_member(session)


@pytest.fixture
def use_id(sessions, member):
    with sessions.write.begin() as session:
        store = make_store(session, code="NJ")
        return benefits.use(session, member.id, "returns", amount=1, store_id=store.id, ref="R1", now=MORNING)[0].id


def test_shown_listed_and_undone(answer, flask, member, use_id):
    assert [(one["benefit"], one["left"]) for one in answer("benefits", "show", member.card_no)] == [
        ("returns", 1),
        ("gift", None),
    ]
    assert [one["ref"] for one in answer("benefits", "uses", member.card_no)] == ["R1"]
    assert answer("benefits", "uses", member.card_no, "--before", use_id) == []
    undone = answer("benefits", "reverse", use_id, *BY)
    assert (undone["reversed_by"], undone["reason"]) == ("anna", "核对过")
    assert flask("benefits", "reverse", 1, *BY).exit_code == 1


def test_a_plate_goes_to_whose_it_is(answer, flask, sessions, member):
    with sessions.write.begin() as session:
        make_car(session, make_member(session).id)
    moved = answer("benefits", "move-plate", PLATE, "--to", member.card_no, *BY)
    assert (moved["plate"], moved["card_no"]) == ("沪A***45", member.card_no)
    assert flask("benefits", "move-plate", "x", "--to", member.card_no, *BY).exit_code == 1


def test_gifts_in_stock(answer, flask, sessions, member, use_id):
    assert answer("benefits", "stock-gifts", "gift", "NJ", 5)["stock"] == 5
    assert flask("benefits", "stock-gifts", "nothing", "NJ", 5).exit_code == 1


def test_a_catalogue_is_checked(flask, sessions, member):
    assert flask("benefits", "check").stdout == "Version 2 names what there is.\n"
    with sessions.write.begin() as session:
        change_book(session, "tiers", tiers=[{"code": "one", "name": "一"}], replaced={})
    result = flask("benefits", "check")
    assert (result.exit_code, "silver" in result.stdout) == (1, True)
