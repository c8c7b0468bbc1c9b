from datetime import timedelta

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from backend import mall, members, receipts, sharing
from backend.jobs import work
from backend.jobs.models import JobRun
from backend.kit.db import run
from backend.kit.errors import Conflict
from backend.kit.idempotency import IdempotencyKey
from tests.backend.jobs.stores import TWO_YEARS, a_day_s_work, a_follower
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.factories.shares import make_share
from tests.support.clocks import MORNING

LATER = MORNING + TWO_YEARS


def count(runtime, model):
    with runtime.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_lapsed_exchange_gives_its_points_back(wechat_runtime, wechat):
    a_day_s_work(wechat_runtime, wechat)
    with wechat_runtime.sessions.read() as session:
        (order_id,) = mall.due_to_lapse(session, now=MORNING + timedelta(days=30), limit=9)
    assert work.lapse_exchanges(wechat_runtime, MORNING + timedelta(days=30)) == {"done": 1}
    with wechat_runtime.sessions.read() as session:
        assert session.get(mall.Order, order_id).status == "lapsed"


def test_who_does_not_fetch_an_exchange_is_reminded_once(wechat_runtime, wechat):
    at = a_day_s_work(wechat_runtime, wechat)
    assert work.remind_exchanges(wechat_runtime, at) == {"done": 1}
    assert work.remind_exchanges(wechat_runtime, at) == {}


def test_what_was_shipped_long_ago_is_received(wechat_runtime, wechat):
    a_day_s_work(wechat_runtime, wechat)
    with wechat_runtime.sessions.read() as session:
        (order_id,) = mall.due_to_receive(session, now=MORNING + timedelta(days=11), limit=9)
    assert work.receive_exchanges(wechat_runtime, MORNING + timedelta(days=10)) == {}
    assert work.receive_exchanges(wechat_runtime, MORNING + timedelta(days=11)) == {"done": 1}
    with wechat_runtime.sessions.read() as session:
        assert session.get(mall.Order, order_id).status == "received"


def test_an_exchange_that_cannot_come_back_is_completed(wechat_runtime, wechat):
    a_day_s_work(wechat_runtime, wechat)
    with wechat_runtime.sessions.read() as session:
        (order_id,) = mall.due_to_complete(session, now=MORNING + timedelta(days=8), limit=9)
    assert work.complete_exchanges(wechat_runtime, MORNING + timedelta(days=7)) == {}
    assert work.complete_exchanges(wechat_runtime, MORNING + timedelta(days=8)) == {"done": 1}
    with wechat_runtime.sessions.read() as session:
        assert session.get(mall.Order, order_id).status == "completed"


def test_an_inviter_hears_of_a_friend_who_rose(wechat_runtime, wechat):
    at = a_day_s_work(wechat_runtime, wechat)
    assert work.review_tiers(wechat_runtime, at) == {"inviters": 1, "moved": 0}
    assert work.review_tiers(wechat_runtime, at) == {}


def test_books_that_cannot_be_are_frozen_and_told_of_in_the_log(wechat_runtime, wechat):
    at = a_day_s_work(wechat_runtime, wechat)
    with capture_logs() as logs:
        assert work.reconcile(wechat_runtime, at) == {"frozen": 1}
        assert work.reconcile(wechat_runtime, at) == {}
    told = [line for line in logs if line["event"] == "reconcile.faults"]
    assert [(line["log_level"], line["faults"]) for line in told] == [("error", 1)] * 2


def test_a_follower_is_led_to_their_member(wechat_runtime, wechat):
    _, identity = a_follower(wechat_runtime, wechat, joined=True)
    assert work.link_followers(wechat_runtime, MORNING) == {"linked": 1}
    with wechat_runtime.sessions.read() as session:
        assert session.get(members.Identity, identity.id).member_id is not None
    assert work.link_followers(wechat_runtime, MORNING) == {}


def test_who_left_without_our_hearing_of_it_follows_no_more(wechat_runtime, wechat):
    user, identity = a_follower(wechat_runtime, wechat)
    wechat.unfollow(user)
    assert work.link_followers(wechat_runtime, MORNING) == {"left": 1}
    with wechat_runtime.sessions.read() as session:
        assert session.get(members.Identity, identity.id) is None  # who is no member is forgotten


def test_a_follower_unknown_to_wechat_holds_up_nobody(wechat_runtime, wechat):
    for _ in range(2):
        a_follower(wechat_runtime, wechat)
    wechat.fault("cgi-bin/user/info", errcode=40003)
    assert work.link_followers(wechat_runtime, MORNING) == {"refused": 1, "linked": 1}


def test_a_spent_quota_ends_the_run_and_the_next_goes_on(wechat_runtime, wechat):
    for _ in range(2):
        a_follower(wechat_runtime, wechat)
    wechat.fault("cgi-bin/user/info", errcode=45009)
    assert work.link_followers(wechat_runtime, MORNING) == {"stopped": 1}
    assert work.link_followers(wechat_runtime, MORNING) == {"linked": 2}


def test_old_leftovers_go_and_young_ones_stay(wechat_runtime, wechat):
    a_day_s_work(wechat_runtime, wechat)
    kept = work.purge(wechat_runtime, MORNING + timedelta(minutes=59))
    assert kept == {
        "idempotency_keys": 0,
        "card_codes": 0,
        "coupon_codes": 0,
        "receipts": 0,
        "chat_lines": 0,
        "conversations": 0,
        "unanswered": 0,
        "scene_visitors": 0,
        "reports": 0,
        "broadcast_lists": 0,
        "partner_link_codes": 1,
        "risk_signals": 0,
        "risk_counts": 0,
        "job_runs": 0,
    }
    gone = work.purge(wechat_runtime, LATER)
    assert gone == {
        "idempotency_keys": 1,
        "card_codes": 0,
        "coupon_codes": 0,
        "receipts": 1,
        "chat_lines": 2,
        "conversations": 0,
        "unanswered": 0,
        "scene_visitors": 0,
        "reports": 0,
        "broadcast_lists": 0,
        "partner_link_codes": 0,
        "risk_signals": 0,
        "risk_counts": 2,
        "job_runs": 1,
    }
    assert count(wechat_runtime, IdempotencyKey) == count(wechat_runtime, JobRun) == 0


def test_more_than_a_slice_is_purged(runtime):
    def fill(session):
        for number in range(work.SLICE + 5):
            key = IdempotencyKey(caller="member:1", key=str(number), fingerprint=b"f" * 32, created_at=MORNING)
            session.add(key)

    run(runtime.sessions.write, fill)
    assert work.purge(runtime, LATER)["idempotency_keys"] == work.SLICE + 5


class Refused(Conflict):
    code = "test.refused"
    message = "不行"


def test_what_refuses_or_fails_is_passed_over_and_a_failure_told_at_the_end(runtime):
    waiting, done = {1, 2, 3, 4}, []

    def do(_session, one):
        if one == 2:
            raise Refused
        if one == 3:
            raise ZeroDivisionError
        waiting.discard(one)
        done.append(one)

    with pytest.raises(ZeroDivisionError):
        work.one_by_one(runtime, lambda _session, limit: sorted(waiting)[:limit], do)
    assert done == [1, 4]


def test_what_is_found_again_and_again_ends_nevertheless(runtime):
    asked = []
    counts = work.one_by_one(runtime, lambda _session, _limit: [7], lambda _session, one: asked.append(one))
    assert (counts, asked) == ({"done": 1}, [7])


def test_purchases_by_shares_are_paid_for_once(runtime):
    with runtime.sessions.write.begin() as session:
        store, sharer, friend = make_store(session, return_days=7), make_member(session), make_member(session)
        session.flush()
        share = make_share(session, sharer.id)
        sharing.open_share(session, share.token, members.identity_ids(session, friend.id)[0], now=MORNING)
        make_purchase(session, 20_000, store_id=store.id, member_id=friend.id)
    assert work.settle_shares(runtime, MORNING + timedelta(days=7)) == {}
    due = MORNING + timedelta(days=8)
    assert [work.settle_shares(runtime, due) for _ in range(2)] == [{"done": 1}, {}]


def test_claims_of_receipts_are_decided_once(runtime, sessions, clock):
    with sessions.write.begin() as session:
        store, member = make_store(session), make_member(session)
        named = receipts.Named(store.id, "A-1", 10_000, clock.now().date())
        receipts.claim_by_number(session, member.id, named, now=clock.now())
        make_purchase(session, 10_000, store_id=store.id, order_no="A-1", now=clock.now(), paid_at=clock.now())
    clock.move(timedelta(minutes=1))
    assert [work.settle_receipts(runtime, clock.now()) for _ in range(2)] == [{"done": 1}, {}]
