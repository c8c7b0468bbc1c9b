import pytest

from backend import members
from tests.factories.members import make_member

PHONE = "13812345678"


@pytest.fixture
def three(session):
    return [make_member(session, phone=phone) for phone in (PHONE, "13912345678", "13712345678")]


def test_many_are_found_by_what_a_list_holds_in_three_statements(session, three, count_statements):
    one, two, three = three
    session.flush()
    with count_statements(session) as said:
        found = members.find_all(
            session,
            card_nos={one.card_no, "800000000000"},
            phones={"+86 139-1234-5678", "13800000000", "no phone"},
            member_ids={three.id, 7},
        )
    assert len(said) == 3
    assert {key: one.member_id for key, one in found.items()} == {
        one.card_no: one.id,
        "+86 139-1234-5678": two.id,
        three.id: three.id,
    }
    assert {one.status for one in found.values()} == {members.ACTIVE}


def test_nobody_is_asked_for_in_no_statement(session, count_statements):
    with count_statements(session) as said:
        assert members.find_all(session) == {}
    assert said == []


def test_closed_members_are_found_as_such(session, three):
    three[0].status = members.CLOSED
    session.flush()
    assert members.find_all(session, phones={PHONE})[PHONE].status == members.CLOSED


def test_what_a_merged_member_is_known_by_leads_to_who_stays(session, three):
    gone, into = three[:2]
    gone.status, gone.merged_into = members.MERGED, into.id
    session.flush()
    found = members.find_all(session, card_nos={gone.card_no}, phones={PHONE}, member_ids={gone.id})
    assert set(found.values()) == {members.Found(into.id, members.ACTIVE)}
    assert set(found) == {gone.card_no, PHONE, gone.id}


def test_card_numbers_by_id(session, three):
    one, two, _ = three
    assert members.card_numbers(session, [one.id, two.id, 7]) == {one.id: one.card_no, two.id: two.card_no}
