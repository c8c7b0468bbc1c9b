import pytest
from sqlalchemy import select, text, update

from backend import mall, points
from backend.kit.db import run
from backend.kit.pii import Unreadable
from backend.mall.pool import LINES_A_SLICE, codes_left
from backend.mall.virtual import VirtualCode
from tests.factories.mall import PRICE, make_code_item
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.statements import statements_on

CODES = ["AAAA-1111", "BBBB-2222", "CCCC-3333"]
FUNDS = 1000  # the gift of joining and what the fixture gives


@pytest.fixture
def card(session):
    return make_code_item(session, CODES)


def codes(session, order):
    return [code for _, code in mall.codes_of(session, order)]


def test_a_code_is_given_for_each_piece_at_once(session, exchange, card, member_id, stock, available, adds_up):
    order, last = exchange(wishes={card.id: 2}), exchange(wishes={card.id: 1})
    assert (order.status, order.lines[0].delivered_at) == ("completed", MORNING)
    assert (codes(session, order), codes(session, last)) == (CODES[:2], CODES[2:])
    assert (stock(card), available(member_id)) == (0, FUNDS - 3 * PRICE)
    with pytest.raises(mall.SoldOut):
        exchange(wishes={card.id: 1})
    assert adds_up(member_id)


def test_an_order_with_a_code_is_not_cancelled_and_its_goods_end_alone(
    session, exchange, card, item, member_id, stock, available, adds_up
):
    order = exchange(wishes={card.id: 1, item.id: 1})
    with pytest.raises(mall.CodesGiven):
        mall.cancel(session, member_id, order.no, now=MORNING)
    mall.refuse(session, order.no, reason="缺货", now=MORNING)
    assert (stock(card), stock(item), available(member_id)) == (2, 5, FUNDS - PRICE)
    assert codes(session, order) == CODES[:1]
    assert adds_up(member_id)


def test_codes_are_sealed_at_rest(session, card):
    rows = session.execute(text("SELECT code_sealed, digest FROM mall_virtual_codes")).all()
    assert len(rows) == 3
    assert not any(code.encode() in bytes(value) for row in rows for value in row for code in CODES)


def test_an_import_may_be_repeated_and_tells_what_it_leaves_out(session, card, stock):
    lines = {1: CODES[0], 2: "DDDD-4444", 3: "DDDD-4444", 4: "x" * 201, 5: "码"}
    first, again = (mall.import_codes(session, card.id, lines, now=MORNING) for _ in range(2))
    assert first == mall.Imported(1, [1, 3], [4, 5])
    assert again == mall.Imported(0, [1, 2, 3], [4, 5])
    session.flush()
    assert stock(card) == 4
    assert mall.stock_faults(session) == []


def test_a_file_is_cut_into_slices_that_know_their_lines():
    parts = list(mall.slices(["a", "", *["b"] * LINES_A_SLICE]))
    assert [(min(part), max(part), len(part)) for part in parts] == [
        (1, LINES_A_SLICE + 1, LINES_A_SLICE),
        (LINES_A_SLICE + 2, LINES_A_SLICE + 2, 1),
    ]


def test_a_file_of_whole_slices_has_no_empty_one_and_an_empty_file_has_none():
    assert [len(part) for part in mall.slices(["a"] * 2 * LINES_A_SLICE)] == [LINES_A_SLICE] * 2
    assert list(mall.slices([" ", "\t", ""])) == []
    assert list(mall.slices([" a b "])) == [{1: "a b"}]


def test_what_came_of_two_parts_is_counted_together():
    total = mall.Imported(2, [3], [])
    total.add(mall.Imported(1, [7], [5, 9]))
    assert total == mall.Imported(3, [3, 7], [5, 9])


@pytest.mark.parametrize(
    ("code", "taken"), [("x" * 200, True), ("a b", True), ("aaaa-1111", True), ("a\tb", False), ("a\x7fb", False)]
)
def test_what_can_be_a_code(session, card, code, taken):
    done = mall.import_codes(session, card.id, {1: code}, now=MORNING)
    assert (done.added, done.known, done.faulty) == ((1, [], []) if taken else (0, [], [1]))


def test_each_line_of_each_order_has_codes_of_its_own_item_the_oldest_first(session, exchange, card, item):
    other = make_code_item(session, ["ZZZZ-9999", "YYYY-8888"])
    both, goods = exchange(wishes={card.id: 2, other.id: 1, item.id: 1}), exchange(wishes={item.id: 1})
    titled = [(line.item_id, code) for line, code in mall.codes_of(session, both)]
    assert titled == [(card.id, CODES[0]), (card.id, CODES[1]), (other.id, "ZZZZ-9999")]
    assert mall.codes_of(session, goods) == []
    assert codes_left(session) == {card.id: 1, other.id: 1}


def test_a_code_opens_in_its_own_row_alone(session, exchange, card):
    order = exchange(wishes={card.id: 1})
    spare = select(VirtualCode.code_sealed).where(VirtualCode.order_id.is_(None)).limit(1)
    session.execute(
        update(VirtualCode).where(VirtualCode.order_id == order.id).values(code_sealed=session.scalar(spare))
    )
    session.expire_all()
    with pytest.raises(Unreadable):
        mall.codes_of(session, order)


def import_twice(sessions, engine):
    """How often the rows were written, and how many codes were added, when one file is imported twice at once."""
    with sessions.write.begin() as session:
        card_id = make_code_item(session, []).id
    lines = dict(enumerate(CODES, start=1))
    with statements_on(engine) as said:
        done = race(
            2, lambda _: run(sessions.write, lambda session: mall.import_codes(session, card_id, lines, now=MORNING))
        )
    with sessions.read() as session:
        assert mall.stock_faults(session) == []
    return sum(one.startswith("INSERT INTO mall_virtual_codes") for one in said), sorted(one.added for one in done)


def test_one_file_imported_twice_at_once_is_added_once(mariadb, clock, deadlocks):
    assert import_twice(make_runtime(mariadb, clock).sessions, mariadb) == (1, [0, 3])
    assert deadlocks == []


def test_without_the_lock_both_would_add_it(mariadb, clock):
    """The negative control: only the key of codes, the net beneath the lock, undoes one of them."""
    with lockless(mariadb), meeting(mariadb, "INSERT INTO mall_virtual_codes", patience=20):
        assert import_twice(make_runtime(mariadb, clock).sessions, mariadb) == (2, [0, 3])


def test_only_virtual_items_have_codes_and_these_are_their_stock(session, item, card):
    for item_id, refusal in ((item.id, mall.CodesRefused), (404, mall.ItemUnknown)):
        with pytest.raises(refusal):
            mall.import_codes(session, item_id, {1: "A"}, now=MORNING)
    with pytest.raises(mall.OfferRefused):
        mall.adjust_stock(session, card.id, by=1)
    with pytest.raises(mall.OfferRefused):
        mall.add_item(session, mall.Offer("卡", points=1, kind="virtual"), stock=1, now=MORNING)


def test_codes_that_disagree_with_the_stock_are_found_and_are_never_given_short(session, exchange, card):
    order = exchange(wishes={card.id: 1})
    elsewhere = {"order_id": order.id, "line_no": 1}
    session.execute(update(VirtualCode).values(**elsewhere))
    assert mall.stock_faults(session) == [mall.StockFault(card.id, mall.CENTRAL, stock=2, expected=0)]
    with pytest.raises(mall.SoldOut):
        exchange(wishes={card.id: 1})


def test_points_of_codes_are_spent(session, exchange, card, member_id):
    exchange(wishes={card.id: 1})
    assert points.entries(session, member_id, limit=1)[0].kind == "spend"
    assert session.scalar(select(VirtualCode.line_no).where(VirtualCode.order_id.is_not(None))) == 1
