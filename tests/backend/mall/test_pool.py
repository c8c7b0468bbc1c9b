import pytest
from sqlalchemy import select, text, update

from backend import mall, points
from backend.mall.pool import LINES_A_SLICE
from backend.mall.virtual import VirtualCode
from tests.factories.mall import PRICE, make_code_item
from tests.support.clocks import MORNING

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
