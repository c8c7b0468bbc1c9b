from datetime import timedelta
from random import Random

import pytest

from backend import lifecycle, purchases, referrals, scenes, stores
from backend.purchases import RefundRequest
from backend.referrals import Invitation
from backend.referrals.models import StaffNewcomer
from backend.scenes import Plan
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.factories.referrals import make_newcomer
from tests.support.clocks import MORNING


@pytest.fixture
def store(session):
    return make_store(session)


@pytest.fixture
def staff(session, store):
    made = stores.create_staff(session, store.id, code="G-07", name="王芳", role="guide")
    session.flush()
    return made


@pytest.fixture
def badge(session, store, staff):
    plan = Plan("staff", "王芳的码", subject=staff.code, store_code=store.code)
    scene = scenes.make(session, plan, by="anna", rng=Random(1), now=MORNING)
    session.flush()
    return scene


def report(session, month="2026-03", **asked):
    lines = referrals.staff_report(session, month, limit=9, **asked)
    return [(line.staff, line.newcomers, line.purchases, line.amount_fen) for line in lines]


@pytest.mark.parametrize("how", ["scene", "invite_code"])
def test_whom_an_employee_brings_is_put_down_to_the_employee_and_not_rewarded(session, badge, store, how):
    friend = make_newcomer(
        session, **{"code": None} | ({"scene": badge.code} if how == "scene" else {"code": badge.code})
    )
    bought = make_purchase(session, 30_000, store_id=store.id, member_id=friend.id)
    assert session.get(Invitation, friend.id) is None
    assert report(session) == [("G-07", 1, 1, 30_000)]
    wish = RefundRequest(refund_no="R1", amount_fen=10_000)
    purchases.refund(session, wish, store_id=store.id, order_no=bought.order_no, now=MORNING)
    assert report(session, store_id=store.id) == [("G-07", 1, 1, 20_000)]
    assert report(session, "2026-04") == report(session, store_id=store.id + 1) == []


def test_what_is_bought_long_afterwards_is_put_down_to_nobody(session, badge, store):
    friend = make_newcomer(session, None, scene=badge.code)
    make_purchase(session, 30_000, store_id=store.id, member_id=friend.id, now=MORNING + timedelta(days=90))
    assert report(session, "2026-05") == []


def test_a_code_of_who_does_not_work_there_or_that_is_retired_leads_to_nobody(session, badge):
    scenes.retire(session, badge.code, now=MORNING)
    friend = make_newcomer(session, None, scene=badge.code)
    assert session.get(StaffNewcomer, friend.id) is None


def test_pages_go_on_behind_an_employee(session, badge, staff):
    make_newcomer(session, None, scene=badge.code)
    assert report(session, after=staff.id - 1) == [("G-07", 1, 0, 0)]
    assert report(session, after=staff.id) == []


@pytest.mark.parametrize("direction", ["into the older", "into the newer"])
def test_two_who_become_one_were_brought_once(session, badge, direction):
    one, two = (make_newcomer(session, None, scene=badge.code, now=MORNING + timedelta(days=day)) for day in (0, 1))
    gone, into = (two, one) if direction == "into the older" else (one, two)
    later = MORNING + timedelta(days=2)
    lifecycle.merge(session, gone_id=gone.id, into_id=into.id, by="anna", reason="同一人", now=later)
    session.flush()
    session.expire_all()
    assert session.get(StaffNewcomer, gone.id) is None
    assert session.get(StaffNewcomer, into.id).joined_at == MORNING


def test_who_buys_without_a_card_or_without_an_employee_counts_for_nobody(session, badge, store):
    make_purchase(session, 30_000, store_id=store.id)
    make_purchase(session, 30_000, store_id=store.id, member_id=make_member(session).id)
    assert report(session) == []
