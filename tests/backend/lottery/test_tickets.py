import pytest
from sqlalchemy import select

from backend import checkin, lottery, points, purchases
from backend.lottery.models import Ticket
from backend.purchases import RefundRequest
from tests.factories.draws import BEFORE, CLOSES, make_draw, play
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING
from tests.support.statements import statements_of

RULES = {"purchase": {"min_fen": 10_000, "tickets": 2}, "check_in": 1, "referral": 3, "event": 1}


@pytest.fixture
def draw(session):
    return make_draw(session, cost={"kind": "ticket"}, tickets=RULES)


@pytest.fixture
def store_id(session):
    return make_store(session).id


def tickets(session, member_id, draw, *, now=MORNING):
    session.flush()
    return lottery.mine(session, member_id, [draw], now=now)[draw.id].tickets


def refund(session, bought, amount_fen, number):
    wish = RefundRequest(refund_no=f"R{number}", amount_fen=amount_fen)
    purchases.refund(session, wish, store_id=bought.store_id, order_no=bought.order_no, now=MORNING)


def test_a_purchase_gives_tickets_from_its_threshold_on(session, member_id, draw, store_id):
    make_purchase(session, 9_999, store_id=store_id, member_id=member_id)
    assert tickets(session, member_id, draw) == 0
    make_purchase(session, 4_000, 6_000, store_id=store_id, member_id=member_id)
    assert tickets(session, member_id, draw) == 2
    make_purchase(session, 90_000, store_id=store_id)  # by nobody


def test_a_sale_that_gets_its_member_afterwards_gives_tickets_and_takes_them_along_again(
    session, member_id, draw, store_id
):
    account = points.lock(session, member_id, now=MORNING)
    bought = make_purchase(session, 10_000, store_id=store_id)
    purchases.adopt(session, account, bought.id, now=MORNING)
    assert tickets(session, member_id, draw) == 2
    purchases.disown(session, account, bought.id, why=points.Source("receipt-undo", 1), now=MORNING)
    assert tickets(session, member_id, draw) == 0


def test_a_check_in_gives_a_ticket(session, member_id, draw):
    checkin.check_in(session, member_id, now=MORNING)
    assert tickets(session, member_id, draw) == 1


@pytest.mark.parametrize(("trigger", "given"), [("referral", 3), ("event", 1)])
def test_what_others_will_tell_of_gives_tickets_once(session, member_id, draw, trigger, given):
    source = points.Source(trigger, 7)
    said = [lottery.give_tickets(session, member_id, trigger, source=source, now=MORNING) for _ in range(2)]
    assert (said, tickets(session, member_id, draw)) == ([given, 0], given)
    other = make_member(session).id
    assert lottery.give_tickets(session, other, trigger, source=source, now=MORNING) == given


@pytest.mark.parametrize(("at", "given"), [(BEFORE, 1), (CLOSES, 0)])
def test_tickets_are_given_from_the_publication_to_the_end(session, member_id, draw, at, given):
    assert lottery.give_tickets(session, member_id, "event", source=points.Source("event", 1), now=at) == given


def test_a_play_costs_one_ticket_the_oldest_first(session, member_id, draw, store_id):
    checkin.check_in(session, member_id, now=MORNING)
    make_purchase(session, 10_000, store_id=store_id, member_id=member_id)
    before = points.summary(session, member_id, now=MORNING).available
    made = [play(session, member_id, draw) for _ in range(3)]
    assert [session.get(Ticket, one.ticket_id).source_kind for one in made] == ["check-in", "purchase", "purchase"]
    with pytest.raises(lottery.NoTicket):
        play(session, member_id, draw)
    assert (tickets(session, member_id, draw), points.summary(session, member_id, now=MORNING).available) == (0, before)
    assert lottery.verify(session, draw) == []


def test_tickets_of_one_draw_are_none_of_another(session, member_id, draw):
    lottery.give_tickets(session, member_id, "event", source=points.Source("event", 1), now=MORNING)
    later = make_draw(session, cost={"kind": "ticket"}, tickets=RULES)
    with pytest.raises(lottery.NoTicket):
        play(session, member_id, later)


def test_they_end_with_their_draw(session, member_id, draw):
    checkin.check_in(session, member_id, now=MORNING)
    assert (tickets(session, member_id, draw), tickets(session, member_id, draw, now=CLOSES)) == (1, 0)


@pytest.mark.parametrize("parts", [[10_001], [1, 10_000], [20_000]])
def test_a_refund_takes_back_unplayed_tickets_when_what_is_kept_gives_none(session, member_id, draw, store_id, parts):
    """However it is cut up: the first fen below the threshold takes them, and what was played stays played."""
    bought = make_purchase(session, 20_000, store_id=store_id, member_id=member_id)
    play(session, member_id, draw)
    for number, part in enumerate(parts):
        assert tickets(session, member_id, draw) == 1
        refund(session, bought, part, number)
    assert tickets(session, member_id, draw) == 0
    row = session.scalars(select(Ticket).execution_options(populate_existing=True)).one()
    assert (row.granted, row.used, row.taken_back) == (2, 1, 1)
    assert lottery.verify(session, draw) == []


def test_a_refund_that_keeps_enough_takes_none(session, member_id, draw, store_id):
    bought = make_purchase(session, 20_000, store_id=store_id, member_id=member_id)
    refund(session, bought, 10_000, 1)
    assert tickets(session, member_id, draw) == 2


def test_where_no_draw_gives_tickets_one_statement_is_said(session, member_id):
    make_draw(session)
    with statements_of(session) as said:
        lottery.give_tickets(session, member_id, "event", source=points.Source("event", 1), now=MORNING)
    assert len(said) == 1
