import pytest
from sqlalchemy import select

from backend.messaging import CATALOGUE, tell_marketing_by_sms
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.support.clocks import MORNING

LONGEST_WORD_OF_AN_SMS = 12


@pytest.mark.parametrize(("wanted", "what", "how"), [(False, "已退订营销短信", "DY"), (True, "已恢复营销短信", "TD")])
def test_what_was_changed_and_the_way_back_are_told(session, wanted, what, how):
    member_id = make_member(session).id
    tell_marketing_by_sms(session, member_id, wanted=wanted, now=MORNING)
    session.flush()
    told = session.scalars(select(Message).where(Message.template == "marketing_chosen")).one()
    assert (told.member_id, told.words["what"]) == (member_id, what)
    assert how in told.words["how"]
    assert all(len(told.words[word]) <= LONGEST_WORD_OF_AN_SMS for word in CATALOGUE["marketing_chosen"].sms)
