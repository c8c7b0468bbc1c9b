from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend.preferences import (
    AddressRefused,
    CodeRefused,
    MailAddress,
    NothingAsked,
    ask_address,
    changes,
    confirm_address,
    confirmed_addresses,
    forget_address,
    mail_address,
    models,
)
from tests.factories.members import make_member
from tests.support.clocks import MORNING

HERE = "mini-program"
LIN, LI = "lin@example.com", "li@example.cn"
SOON = MORNING + timedelta(minutes=14, seconds=59)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def ask(session, member_id, address=LIN, now=MORNING):
    _, code = ask_address(session, member_id, address, rng=Random(5), now=now)
    session.flush()
    return code


def in_use(session, member_id):
    session.flush()
    return confirmed_addresses(session, [member_id]).get(member_id)


def confirm(session, member_id, code, now=SOON):
    confirm_address(session, member_id, code, source=HERE, now=now)


def test_an_address_is_used_once_its_code_has_come_back(session, member_id):
    code = ask(session, member_id)
    assert len(code) == 6
    assert in_use(session, member_id) is None
    assert mail_address(session, member_id) == MailAddress(None, "l***@example.com")
    confirm(session, member_id, code)
    assert in_use(session, member_id) == LIN
    assert mail_address(session, member_id) == MailAddress("l***@example.com", None)
    assert [(one.what, one.value) for one in changes(session, member_id, limit=5)] == [("e-mail", "confirmed")]


def test_an_address_in_use_stays_until_the_next_one_is_confirmed(session, member_id):
    confirm(session, member_id, ask(session, member_id))
    code = ask(session, member_id, LI)
    assert in_use(session, member_id) == LIN
    confirm(session, member_id, code)
    assert in_use(session, member_id) == LI


def test_a_wrong_code_confirms_nothing(session, member_id):
    code = ask(session, member_id)
    with pytest.raises(CodeRefused):
        confirm(session, member_id, f"{(int(code) + 1) % 10**6:06d}")
    assert in_use(session, member_id) is None


def test_a_code_works_once_and_for_its_member_and_address_only(session, member_id):
    other = make_member(session).id
    code = ask(session, member_id)
    ask_address(session, other, LI, rng=Random(6), now=MORNING)
    with pytest.raises(CodeRefused):
        confirm(session, other, code)
    ask_address(session, member_id, LI, rng=Random(7), now=MORNING)
    with pytest.raises(CodeRefused):
        confirm(session, member_id, code)
    confirm(session, member_id, ask(session, member_id))
    with pytest.raises(NothingAsked):
        confirm(session, member_id, code)


def test_a_code_is_good_for_a_quarter_of_an_hour(session, member_id):
    code = ask(session, member_id)
    with pytest.raises(NothingAsked):
        confirm(session, member_id, code, MORNING + timedelta(minutes=15))


def test_who_asked_for_nothing_confirms_nothing(session, member_id):
    with pytest.raises(NothingAsked):
        confirm(session, member_id, "123456")


def test_no_mail_is_sent_to_what_is_no_address(session, member_id):
    with pytest.raises(AddressRefused):
        ask(session, member_id, "lin")
    assert mail_address(session, member_id) == MailAddress(None, None)


def test_an_address_is_forgotten(session, member_id):
    confirm(session, member_id, ask(session, member_id))
    forget_address(session, member_id, source=HERE, now=SOON)
    assert in_use(session, member_id) is None
    assert changes(session, member_id, limit=1)[0].value == "removed"
    forget_address(session, member_id, source=HERE, now=SOON)
    assert len(changes(session, member_id, limit=5)) == 2


def test_an_address_that_was_only_asked_for_is_forgotten_without_a_word(session, member_id):
    ask(session, member_id)
    forget_address(session, member_id, source=HERE, now=SOON)
    session.flush()
    assert mail_address(session, member_id) == MailAddress(None, None)
    assert changes(session, member_id, limit=5) == []


def test_addresses_are_sealed(session, member_id):
    confirm(session, member_id, ask(session, member_id))
    ask(session, member_id, LI)
    row = session.scalar(select(models.MailAddress))
    assert b"example" not in row.address_sealed + row.asked_sealed
