from collections.abc import Sequence
from random import Random, SystemRandom

import pytest

from backend import coupons
from backend.coupons import Wish
from backend.coupons.coding import LENGTH
from backend.kit.ids import READABLE
from backend.wiring import production_runtime
from tests.factories.coupons import WRITER, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

luck = Random(20260301)


@pytest.fixture
def template(session):
    return make_template(session, transferable=True)


@pytest.fixture
def member(session):
    return make_member(session)


def order(session, template, total=3, **parts):
    wish = Wish(template.code, total, "地推", **parts)
    return coupons.order_codes(session, wish, by=WRITER, now=MORNING)


def codes_of(session, batch) -> Sequence[str]:
    while coupons.make_codes(session, batch.id, rng=luck, limit=2):
        session.flush()
    return [one.code for one in coupons.codes_page(session, batch.id, limit=99)]


def redeem(session, member, code):
    got = coupons.redeem_code(session, member.id, code, rng=luck, now=MORNING)
    session.flush()
    return got


def test_codes_are_made_to_the_last_one_and_can_be_read_aloud(session, template):
    batch = order(session, template, 5)
    assert coupons.batches_in_making(session, limit=9) == [batch.id]
    codes = codes_of(session, batch)
    assert (len(set(codes)), batch.made, batch.status) == (5, 5, "ready")
    assert {len(code) for code in codes} == {LENGTH}
    assert set("".join(codes)) <= set(READABLE)
    assert coupons.make_codes(session, batch.id, rng=luck) == 0
    assert coupons.batches_in_making(session, limit=9) == []
    assert [one.code for one in coupons.codes_page(session, batch.id, after=codes[1], limit=2)] == codes[2:4]
    assert coupons.code_batches(session, limit=9) == [batch]
    assert coupons.count_faults(session) == []


def test_production_draws_them_from_a_csprng(monkeypatch, tmp_path):
    monkeypatch.setenv("ENVIRONMENT", "development")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    assert isinstance(production_runtime().rng, SystemRandom)


def test_a_code_works_once_and_answers_its_own_member_again(session, template, member):
    code = codes_of(session, order(session, template, 1))[0]
    got = redeem(session, member, f" {code[:4].lower()}-{code[4:]} ")
    assert (got.source_kind, got.source_id) == ("code", code)
    assert redeem(session, member, code) is got


def test_unknown_foreign_and_voided_codes_get_one_answer(session, template, member):
    batch, word = order(session, template, 3), order(session, template, 3, word="春天")
    used, voided, _ = codes_of(session, batch)
    redeem(session, make_member(session), used)
    coupons.void_codes(session, batch.id, by=WRITER, now=MORNING)
    coupons.void_codes(session, word.id, by=WRITER, now=MORNING)
    session.flush()
    said = set()
    for code in (used, voided, "春天", "UNKNOWN", "", "x" * 60, "a\0b"):
        with pytest.raises(coupons.CodeUnknown) as caught:
            redeem(session, member, code)
        said.add((caught.value.code, caught.value.detail))
    assert len(said) == 1
    with pytest.raises(coupons.StepRefused):
        coupons.void_codes(session, batch.id, by=WRITER, now=MORNING)


def test_a_word_works_so_often_and_so_often_for_each(session, template, member):
    batch = order(session, template, 3, word="百汇 Spring", per_member=2)
    for _ in range(2):
        redeem(session, member, "百汇spring")
    with pytest.raises(coupons.LimitReached):
        redeem(session, member, "百汇spring")
    redeem(session, make_member(session), "百汇SPRING")
    with pytest.raises(coupons.SoldOut):
        redeem(session, make_member(session), "百汇spring")
    assert coupons.code_batch(session, batch.id).used == 3


def test_giving_away_what_a_word_gave_gives_no_more(session, template, member):
    order(session, template, 3, word="SPRING")
    sent = coupons.send(session, member.id, redeem(session, member, "spring").id, rng=luck, now=MORNING)
    session.flush()
    coupons.accept(session, make_member(session).id, sent.token, now=MORNING)
    session.flush()
    with pytest.raises(coupons.LimitReached):
        redeem(session, member, "spring")


@pytest.mark.parametrize(
    "parts", [{"total": 0}, {"total": 1_000_001}, {"per_member": 0}, {"word": " "}, {"word": "春天"}]
)
def test_what_makes_no_sense_is_refused(session, template, parts):
    order(session, template, word="春天")
    with pytest.raises(coupons.BatchRefused):
        order(session, template, **parts)


def test_there_are_only_batches_that_there_are(session):
    for ask in (
        lambda: coupons.code_batch(session, 1),
        lambda: coupons.make_codes(session, 1, rng=luck),
        lambda: coupons.codes_page(session, 1, limit=1),
    ):
        with pytest.raises(coupons.BatchUnknown):
            ask()
