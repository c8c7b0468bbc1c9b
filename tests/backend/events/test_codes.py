from datetime import timedelta

import pytest

from backend import events
from tests.factories.events import register
from tests.support.clocks import MORNING

KEY = b"k" * 32


def test_a_phones_code_and_the_number_that_was_sent_both_name_the_registration(session, place, member_id):
    made = register(session, member_id, place)
    shown = events.member_code(made, KEY, MORNING)
    assert len(shown.code) == events.OF_MEMBER.length == 20
    for code in (shown.code, made.code):
        assert events.registration_of_code(session, code, KEY, MORNING) is made


@pytest.mark.parametrize("code", ["", "1" * 10, "1" * 20, "x" * 20, "1" * 30])
def test_other_codes_name_nobody(session, place, member_id, code):
    register(session, member_id, place)
    with pytest.raises(events.CodeInvalid):
        events.registration_of_code(session, code, KEY, MORNING)


def test_old_codes_and_those_of_another_key_are_none(session, place, member_id):
    made = register(session, member_id, place)
    code = events.member_code(made, KEY, MORNING).code
    for key, now in ((b"x" * 32, MORNING), (KEY, MORNING + timedelta(minutes=2))):
        with pytest.raises(events.CodeInvalid):
            events.registration_of_code(session, code, key, now)


def test_the_screen_shows_its_session(session, place):
    shown = events.site_code(place, KEY, MORNING)
    assert len(shown.code) == events.ON_SITE.length == 30
    assert events.session_of_code(shown.code, KEY, MORNING) == place.id
    for code in (shown.code[:-1] + "x", "0" * 30):
        with pytest.raises(events.CodeInvalid):
            events.session_of_code(code, KEY, MORNING)
