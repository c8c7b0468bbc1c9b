from datetime import timedelta

import pytest
from sqlalchemy import text

from backend import members
from backend.kit.db import run
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.databases import mariadb_database, migrate
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime

KEY = b"k" * 32


def redeem(session, code, now=MORNING):
    return members.redeem_card_code(session, code, key=KEY, now=now)


def code_of(member, at=MORNING):
    return members.card_code(member, KEY, at).code


def test_the_member_who_shows_the_code_is_found(session):
    member = make_member(session)
    assert redeem(session, code_of(member)) is member


def test_unknown_forged_expired_and_used_codes_get_the_same_answer(session):
    member = make_member(session)
    session.expunge(stranger := make_member(session))
    stranger.card_no = "800000000000"  # whom the database does not know under this number
    redeem(session, used := code_of(member, MORNING - timedelta(seconds=1)))
    expired, forged = (
        code_of(member, MORNING - timedelta(seconds=91)),
        members.card_code(member, b"x" * 32, MORNING).code,
    )
    answers = set()
    for code in (used, expired, forged, code_of(stranger), "12345"):
        with pytest.raises(members.CardCodeInvalid) as refused:
            redeem(session, code)
        answers.add((refused.value.code, refused.value.detail))
    assert answers == {("members.card-code-invalid", "会员码无效，请刷新后重试")}


@pytest.mark.parametrize("status", ["blocked", "closed"])
def test_the_code_of_a_barred_member_is_invalid(session, status):
    member = make_member(session)
    member.status = status
    with pytest.raises(members.CardCodeInvalid):
        redeem(session, code_of(member))


def test_the_next_code_of_the_same_card_is_good(session):
    member = make_member(session)
    redeem(session, code_of(member))
    assert redeem(session, code_of(member, MORNING + timedelta(seconds=1))) is member


def test_a_code_whose_call_was_undone_is_unused(sessions):
    member = run(sessions.write, make_member)
    with sessions.write() as undone:
        redeem(undone, code_of(member))
        undone.rollback()
    assert run(sessions.write, lambda s: redeem(s, code_of(member))).id == member.id


def test_used_codes_are_forgotten_in_batches(session):
    member = make_member(session)
    for second in range(5):
        at = MORNING + timedelta(seconds=second)
        redeem(session, code_of(member, at), at)
    before = MORNING + timedelta(seconds=4)
    assert [members.forget_used_codes(session, before=before, limit=3) for _ in range(3)] == [3, 1, 0]
    with pytest.raises(members.CardCodeInvalid):
        redeem(session, code_of(member, before), before)


TILLS = 32


def test_of_many_tills_with_one_code_exactly_one_gets_the_member(mariadb, clock):
    with meeting(mariadb, "INSERT INTO used_card_codes", patience=1):
        assert redeem_in_parallel(make_runtime(mariadb, clock)).count(True) == 1


def test_the_race_finds_a_code_used_twice_without_the_key(mariadb, clock):
    """The negative control of the test above."""
    with mariadb_database() as engine:
        migrate(engine)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE used_card_codes DROP PRIMARY KEY"))
        with meeting(engine, "INSERT INTO used_card_codes", patience=20):
            assert redeem_in_parallel(make_runtime(engine, clock)).count(True) > 1


def redeem_in_parallel(runtime):
    member = run(runtime.sessions.write, make_member)

    def scan(_):
        try:
            run(runtime.sessions.write, lambda s: redeem(s, code_of(member)))
        except members.CardCodeInvalid:
            return False
        return True

    return race(TILLS, scan)
