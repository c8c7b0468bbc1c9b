from datetime import timedelta

import pytest

from backend import operators, points, tiers
from backend.kit.calendar import shop_day
from backend.points import Source
from tests.factories.members import make_member
from tests.factories.tiers import definition, publish_book, tier
from tests.support.clocks import MORNING

BY = ("--by", "zhang", "--reason", "贵宾试用")
PAID = ("--reference", "P-1", "--by", "zhang")


@pytest.fixture
def card_no(sessions):
    with sessions.write.begin() as session:
        operators.create(
            session, login="zhang", password="Nanjing-Road-1", display_name="张", role="operator", now=MORNING
        )
        member = make_member(session, now=MORNING - timedelta(days=2))
        account = points.lock(session, member.id, now=MORNING - timedelta(days=1))
        tiers.count_purchase(
            session,
            account,
            spent_fen=250_000,
            counts_on=shop_day(MORNING),
            source=Source("purchase", 1),
            now=MORNING - timedelta(days=1),
        )
        return member.card_no


def test_where_a_member_stands_and_how_they_came_there(answer, card_no):
    told = answer("tiers", "member", card_no)
    assert (told["card_no"], told["tier"], told["growth"], told["book_version"]) == (card_no, "silver", 2_500, 1)
    assert (told["next"], told["missing"]) == ("gold", [["growth 7500"]])
    (change,) = told["history"]
    assert (change["from"], change["to"], change["cause"]) == ("basic", "silver", "purchase")
    assert change["evidence"] == [[{"kind": "growth", "needed": 2_000, "had": 2_500}]]


def test_the_evidence_is_told_in_words(flask, card_no):
    shown = flask("tiers", "member", card_no).stdout
    assert "missing: 再得7500成长值\n" in shown
    assert "growth 2500 of 2000" in shown


def test_who_never_moved_has_no_history(flask, sessions):
    with sessions.write.begin() as session:
        card_no = make_member(session, now=MORNING).card_no
    assert "No change of tier yet." in flask("tiers", "member", card_no).stdout


def test_a_tier_by_hand_ends_in_what_the_history_says(answer, card_no, clock):
    told = answer("tiers", "set", card_no, "diamond", "--until", "2026-04-01T00:00", *BY)
    assert (told["tier"], told["last_day"]) == ("diamond", "2026-03-31")
    clock.set(MORNING + timedelta(days=40))
    assert answer("tiers", "member", card_no)["tier"] == "silver"


def test_a_tier_by_hand_is_taken_away_again(answer, card_no):
    assert answer("tiers", "set", card_no, "gold", *BY)["last_day"] is None
    assert answer("tiers", "unset", card_no, *BY)["tier"] == "silver"


def test_a_paid_membership_lasts_as_long_as_it_was_paid_for(answer, sessions, card_no, clock):
    with sessions.write.begin() as session:
        publish_book(session, definition(tier("plus", {"paid_membership": True})), at=MORNING)
    paid = ("--until", "2026-04-01T00:00", *PAID)
    assert answer("tiers", "membership", card_no, *paid)["tier"] == "plus"
    assert answer("tiers", "membership", card_no, *paid)["last_day"] == "2026-03-31"
    clock.set(MORNING + timedelta(days=40))
    assert answer("tiers", "member", card_no)["tier"] == "basic"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["set", "CARD", "jade", *BY], "tiers.unknown"),
        (["set", "CARD", "gold", "--until", "2026-02-01", *BY], "tiers.period-refused"),
        (["set", "CARD", "gold", "--by", "zhang", "--reason", " "], "tiers.reason-refused"),
        (["set", "CARD", "gold", "--by", "nobody", "--reason", "试"], "operators.unknown"),
        (["set", "000000000000", "gold", *BY], "members.unknown"),
        (["unset", "000000000000", *BY], "members.unknown"),
        (
            ["membership", "CARD", "--until", "2026-02-01", "--reference", "P-1", "--by", "zhang"],
            "tiers.period-refused",
        ),
        (["member", "000000000000"], "members.unknown"),
    ],
)
def test_refusals(flask, card_no, arguments, words):
    result = flask("tiers", *[card_no if part == "CARD" else part for part in arguments])
    assert result.exit_code == 1
    assert words in result.stderr
