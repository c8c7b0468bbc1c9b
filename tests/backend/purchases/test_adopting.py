import pytest

from backend import points, purchases, tiers
from backend.purchases import RefundRequest
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

WHY = points.Source("receipt-undo", 1)
GIFT = 100


@pytest.fixture
def store_id(session):
    return make_store(session).id


@pytest.fixture
def account(session):
    return points.lock(session, make_member(session).id, now=MORNING)


def refund(session, bought, fen, number):
    wish = RefundRequest(refund_no=f"R{number}", amount_fen=fen)
    return purchases.refund(session, wish, store_id=bought.store_id, order_no=bought.order_no, now=MORNING).refund


def balance(session, account):
    session.flush()
    return points.summary(session, account.member_id, now=MORNING).available


def test_a_sale_earns_for_who_gets_it_afterwards_as_if_it_had_been_theirs(session, store_id, account):
    theirs = make_purchase(session, 30_000, store_id=store_id, member_id=make_member(session).id)
    bought = make_purchase(session, 10_000, 20_000, store_id=store_id)
    assert purchases.adopt(session, account, bought.id, now=MORNING).points_earned == theirs.points_earned == 300
    lines = purchases.detail(session, store_id=store_id, order_no=bought.order_no).lines
    assert [line.points for line in lines] == [100, 200]
    assert balance(session, account) == GIFT + 300
    assert tiers.standing(session, account.member_id, now=MORNING).growth == bought.growth_earned > 0


def test_a_sale_has_one_member(session, store_id, account):
    bought = make_purchase(session, 10_000, store_id=store_id)
    purchases.adopt(session, account, bought.id, now=MORNING)
    with pytest.raises(purchases.HasMember):
        purchases.adopt(session, account, bought.id, now=MORNING)


def test_only_what_is_kept_earns_however_it_came_back(session, store_id, account):
    before = make_purchase(session, 10_000, store_id=store_id)
    refund(session, before, 2_500, 1)
    refund(session, before, 2_500, 2)
    assert purchases.adopt(session, account, before.id, now=MORNING).points_earned == 50
    made = refund(session, before, 2_000, 3)
    assert (made.member_id, made.points_taken) == (account.member_id, 20)
    assert balance(session, account) == GIFT + 30


def test_what_came_back_in_whole_is_nobodys(session, store_id, account):
    bought = make_purchase(session, 10_000, store_id=store_id)
    refund(session, bought, 10_000, 1)
    with pytest.raises(purchases.NothingKept):
        purchases.adopt(session, account, bought.id, now=MORNING)


def test_a_repeated_report_is_still_the_same(session, store_id, account):
    bought = make_purchase(session, 10_000, store_id=store_id, order_no="A-1")
    purchases.adopt(session, account, bought.id, now=MORNING)
    again = make_purchase(session, 10_000, store_id=store_id, order_no="A-1")
    assert (again.id, again.member_id) == (bought.id, account.member_id)


@pytest.mark.parametrize("returned", [0, 4_000, 10_000])
def test_taking_it_away_again_leaves_nothing_of_it(session, store_id, account, returned):
    bought = make_purchase(session, 10_000, store_id=store_id)
    purchases.adopt(session, account, bought.id, now=MORNING)
    if returned:
        refund(session, bought, returned, 1)
    assert purchases.disown(session, account, bought.id, why=WHY, now=MORNING) == (10_000 - returned) // 100
    assert (bought.member_id, bought.points_earned, balance(session, account)) == (None, 0, GIFT)
    assert tiers.standing(session, account.member_id, now=MORNING).growth == 0
    assert points.verify(session, [account.member_id]) == []
    with pytest.raises(purchases.UnknownPurchase):
        purchases.disown(session, account, bought.id, why=WHY, now=MORNING)


def test_an_order_is_found_by_its_store_and_number(session, store_id):
    bought = make_purchase(session, 10_000, store_id=store_id)
    assert purchases.order_of(session, store_id, bought.order_no) is bought
    assert purchases.order_of(session, store_id, "no-such") is None
