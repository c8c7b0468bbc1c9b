import hashlib

import pytest

from backend.lottery.book import canonical, digest_of, parsed
from tests.factories.draws import definition, gift, goods


def test_rolls_fall_on_prizes_in_their_order():
    book = parsed(definition(goods(10), gift(90)))
    assert [book.prize_at(rolled) for rolled in (0, 9, 10, 99, 100, 999_999)] == [1, 1, 2, 2, 3, 3]
    assert book.fallback_no == 3
    assert [book.wins(no) for no in (1, 2, 3)] == [True, True, False]


def test_a_consolation_is_no_win():
    consolation = gift(999_990, name="安慰奖", fallback=True)
    book = parsed(definition(goods(10)) | {"prizes": [goods(10), consolation]})
    assert (book.fallback_no, book.wins(1), book.wins(2)) == (2, True, False)


def test_what_can_run_out_is_known():
    book = parsed(definition(goods(10), gift(10), gift(10, name="每日", per_day=5)))
    assert [prize.limited for prize in book.prizes] == [True, False, True, False]


def test_tickets_by_what_gives_them():
    rules = {"purchase": {"min_fen": 10_000, "tickets": 2}, "check_in": 1}
    tickets = parsed(definition(cost={"kind": "ticket"}, tickets=rules)).tickets
    assert [tickets.of("purchase", fen) for fen in (0, 9_999, 10_000, 90_000)] == [0, 0, 2, 2]
    assert (tickets.of("check-in", 0), tickets.of("referral", 0), tickets.of("event", 0)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "days"),
    [
        ("2026-03-01T00:00:00+08:00", "2026-03-02T00:00:00+08:00", ["2026-03-01"]),
        ("2026-03-01T23:59:00+08:00", "2026-03-02T00:01:00+08:00", ["2026-03-01", "2026-03-02"]),
    ],
)
def test_a_draw_is_open_on_shop_days(opens_at, closes_at, days):
    book = parsed(definition(opens_at=opens_at, closes_at=closes_at))
    assert [day.isoformat() for day in book.days] == days


def test_a_digest_can_be_taken_of_the_text_that_is_shown():
    said = {"b": [1, "抽奖"], "a": None}
    assert canonical(said) == '{"a":null,"b":[1,"抽奖"]}'
    assert digest_of(said) == hashlib.sha256('{"a":null,"b":[1,"抽奖"]}'.encode()).digest()
