from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend import mall, members, operators, points, purchases, stores
from backend.demo import seed
from backend.demo.seed import OPERATOR, PASSWORD
from backend.kit.db import Model
from backend.messaging.models import Message
from tests.support.clocks import MORNING

MEMBERS = 12


@pytest.fixture
def seeded(sessions):
    reported = []
    steps = seed(
        sessions,
        appid="wx1",
        now=MORNING,
        members_wanted=MEMBERS,
        progress=lambda done, total: reported.append((done, total)),
    )
    assert reported[-1] == (steps, steps)
    return sessions


def _count(session, model, *conditions):
    return session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_store_is_whole(seeded):
    with seeded.read() as session:
        found = stores.list_stores(session)
        assert [store.code for store in found] == ["HQ", "PD", "XH"]
        assert sum(len(stores.list_counters(session, store.id)) for store in found) == 12
        assert all(stores.list_till_keys(session, store.id) for store in found)
        assert _count(session, stores.Staff) == 12
        offered = mall.list_items(session, now=MORNING, limit=100)
        assert [item.position for item in offered] == list(range(1, 13))
        assert mall.categories(session, now=MORNING) == ["餐饮", "家居生活", "卡券", "美妆配饰", "数码"]
        assert all(mall.related(session, item, now=MORNING, limit=9) for item in offered)
        assert operators.get_by_login(session, OPERATOR).role == "admin"
    with seeded.write() as session:
        assert operators.authenticate(session, login=OPERATOR, password=PASSWORD)


def test_members_have_a_past_that_ends_today(seeded):
    with seeded.read() as session:
        assert _count(session, members.Member) == MEMBERS
        assert _count(session, purchases.Purchase, purchases.Purchase.member_id.is_not(None)) > MEMBERS
        assert _count(session, purchases.Purchase, purchases.Purchase.member_id.is_(None)) > 0
        oldest, newest = session.execute(
            select(func.min(purchases.Purchase.paid_at), func.max(purchases.Purchase.paid_at))
        ).one()
    assert oldest > MORNING - timedelta(days=367)
    assert MORNING - timedelta(days=30) < newest < MORNING


def test_ledger_is_sound(seeded):
    with seeded.read() as session:
        assert points.verify(session, points.member_ids(session, limit=MEMBERS)) == []
        assert mall.stock_faults(session) == []


def test_points_of_sales_waited_for_returns_and_some_bills_were_paid_with_points(seeded):
    with seeded.read() as session:
        assert {store.return_days for store in stores.list_stores(session)} == {7}
        bought = purchases.Purchase
        assert _count(session, bought, bought.settles_at.is_not(None)) > MEMBERS
        assert _count(session, bought, bought.points_earned > 0, bought.settles_at.is_(None)) == 0
        assert _count(session, points.Pending, points.Pending.status == "settled") > 0
        assert _count(session, bought, bought.points_used > 0) > 0


def test_nobody_is_told_of_the_made_up_past(seeded):
    with seeded.read() as session:
        assert _count(session, Message) == 0


def test_those_who_seed_again_with_the_same_now_meet_the_same_people(seeded):
    with seeded.read() as session:
        first = _cards(session)
    with seeded.write.begin() as session:
        for table in reversed(Model.metadata.sorted_tables):
            if table.name != "rule_books":  # they come with the schema
                session.execute(table.delete())
    seed(seeded, appid="wx1", now=MORNING, members_wanted=MEMBERS, progress=lambda *_: None)
    with seeded.read() as session:
        assert _cards(session) == first


def test_seed_that_is_killed_leaves_nothing(sessions):
    class Killed(BaseException): ...

    def kill(done, total):
        raise Killed

    with pytest.raises(Killed):
        seed(sessions, appid="wx1", now=MORNING, members_wanted=MEMBERS, progress=kill)
    with sessions.read() as session:
        assert stores.list_stores(session) == []


def _cards(session):
    rows = session.execute(
        select(members.Member.card_no, points.Account.balance)
        .join(points.Account, points.Account.member_id == members.Member.id)
        .order_by(members.Member.card_no)
    )
    return [tuple(row) for row in rows]
