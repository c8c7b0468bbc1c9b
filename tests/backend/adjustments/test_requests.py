from dataclasses import replace
from datetime import timedelta

import pytest

from backend import adjustments, operators, points
from backend.points import Source
from tests.factories.adjustments import make_adjustment, make_wish
from tests.factories.mall import give_points
from tests.support.clocks import MORNING

GIFT = 100  # what each member has for joining
WEEK = MORNING + timedelta(days=7)


def balance(session, member_id, *, now=MORNING):
    seen = points.summary(session, member_id, now=now)
    return seen.available, seen.debt


def entry(session, member_id, kind, adjustment):
    session.flush()
    return points.entry_of(session, member_id, Source(kind, adjustment.id))


@pytest.fixture
def waiting(session, member_id):
    """One that a clerk may not decide alone."""
    return make_adjustment(session, member_id, 501)


def test_within_the_limits_points_move_at_once(session, member_id):
    adjustment = make_adjustment(session, member_id, 500)
    assert (adjustment.status, adjustment.asked_by, adjustment.decided_by) == ("applied", "chen", "chen")
    assert (adjustment.asked_at, adjustment.decided_at, adjustment.book_version) == (MORNING, MORNING, 1)
    assert (adjustment.reason_code, adjustment.reason_words) == ("correction", "差错更正")
    assert balance(session, member_id) == (GIFT + 500, 0)
    assert entry(session, member_id, "adjustment", adjustment).amount == 500


def test_points_are_taken_as_spending_takes_them(session, member_id):
    adjustment = make_adjustment(session, member_id, -GIFT)
    assert balance(session, member_id) == (0, 0)
    assert entry(session, member_id, "adjustment", adjustment).kind == "spend"


def test_beyond_the_limits_it_waits_and_nothing_moves(session, member_id, waiting):
    assert (waiting.status, waiting.decided_by, waiting.lapses_at) == ("waiting", None, WEEK)
    assert balance(session, member_id) == (GIFT, 0)


def test_beyond_the_day_it_waits_until_the_next(session, member_id):
    stands = [make_adjustment(session, member_id, 500).status for _ in range(11)]
    assert stands == ["applied"] * 10 + ["waiting"]
    assert make_adjustment(session, member_id, 500, now=MORNING + timedelta(days=1)).status == "applied"


def test_giving_and_taking_count_against_the_same_day(session, member_id):
    give_points(session, member_id, 5_000)
    for amount in (500, -500) * 5:
        assert make_adjustment(session, member_id, amount).status == "applied"
    assert make_adjustment(session, member_id, -1).status == "waiting"


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"amount": 0}, adjustments.AmountRefused),
        ({"amount": 10**9 + 1}, adjustments.AmountRefused),
        ({"amount": -GIFT - 1}, points.Insufficient),
        ({"amount": -600}, points.Insufficient),
        ({"reason_code": "abuse"}, adjustments.WrongDirection),
        ({"reason_code": "none"}, adjustments.ReasonUnknown),
        ({"note": " "}, adjustments.NoteRefused),
        ({"key": ""}, adjustments.KeyRefused),
    ],
)
def test_what_is_asked_for_badly_is_refused_and_moves_nothing(sessions, member_id, parts, refusal):
    with pytest.raises(refusal), sessions.write.begin() as session:
        adjustments.request(session, member_id, make_wish(**parts), by="chen", now=MORNING)
    with sessions.read() as session:
        assert balance(session, member_id) == (GIFT, 0)
        assert adjustments.page(session, now=MORNING, limit=9) == []


def test_only_operators_who_are_active_ask(session, member_id):
    operators.deactivate(session, login="chen")
    for by, refusal in (("chen", operators.OperatorInactive), ("nobody", operators.OperatorUnknown)):
        with pytest.raises(refusal):
            make_adjustment(session, member_id, by=by)


def test_nothing_is_asked_for_who_is_no_member(session, desks):
    with pytest.raises(points.NoAccount):
        make_adjustment(session, 7)


def test_a_double_click_makes_one(session, member_id):
    wish = make_wish(200)
    first, second = (adjustments.request(session, member_id, wish, by="chen", now=MORNING) for _ in range(2))
    assert first is second
    assert balance(session, member_id) == (GIFT + 200, 0)
    assert adjustments.request(session, member_id, wish, by="deng", now=MORNING) is not first  # deng's own key


def test_a_key_stands_for_one_request(session, member_id):
    wish = make_wish(200)
    adjustments.request(session, member_id, wish, by="chen", now=MORNING)
    for other in (replace(wish, amount=201), replace(wish, note="别的"), replace(wish, reason_code="goodwill")):
        with pytest.raises(adjustments.KeyReused):
            adjustments.request(session, member_id, other, by="chen", now=MORNING)


def test_a_second_pair_of_eyes_lets_it_move(session, member_id, waiting):
    later = MORNING + timedelta(hours=2)
    approved = adjustments.approve(session, waiting.id, by="anna", now=later, note="见监控")
    assert (approved.status, approved.decided_by, approved.decided_at) == ("applied", "anna", later)
    assert approved.decision_note == "见监控"
    assert balance(session, member_id) == (GIFT + 501, 0)


def test_a_login_with_a_blank_behind_it_is_no_second_pair_of_eyes(session, member_id):
    """MariaDB finds the same operator by it, SQLite nobody."""
    own = make_adjustment(session, member_id, 10_001, by="anna")
    with pytest.raises((adjustments.SamePerson, operators.OperatorUnknown)):
        adjustments.approve(session, own.id, by="anna ", now=MORNING)


def test_nobody_approves_the_own_request(session, member_id):
    own = make_adjustment(session, member_id, 10_001, by="anna")
    for decide in (adjustments.approve, lambda *a, **parts: adjustments.refuse(*a, note="不", **parts)):
        with pytest.raises(adjustments.SamePerson):
            decide(session, own.id, by="anna", now=MORNING)
    assert adjustments.approve(session, own.id, by="bo.li", now=MORNING).status == "applied"


def test_who_may_not_approve_so_much_neither_approves_nor_refuses(session, member_id, waiting):
    with pytest.raises(adjustments.BeyondAllowance):
        adjustments.approve(session, waiting.id, by="deng", now=MORNING)
    with pytest.raises(adjustments.BeyondAllowance):
        adjustments.refuse(session, waiting.id, note="不", by="deng", now=MORNING)
    assert waiting.status == "waiting"


def test_approvals_count_against_the_approver_s_day(session, member_id):
    many = [make_adjustment(session, member_id, 1_000_000) for _ in range(6)]
    for one in many[:5]:
        adjustments.approve(session, one.id, by="anna", now=MORNING)
    with pytest.raises(adjustments.BeyondAllowance):
        adjustments.approve(session, many[5].id, by="anna", now=MORNING)
    assert adjustments.approve(session, many[5].id, by="bo.li", now=MORNING).status == "applied"


def test_an_approved_debit_is_still_refused_when_the_points_are_gone(session, member_id):
    give_points(session, member_id, 1_000)
    debit = make_adjustment(session, member_id, -1_000)
    make_adjustment(session, member_id, -GIFT - 1, by="anna")
    with pytest.raises(points.Insufficient):
        adjustments.approve(session, debit.id, by="anna", now=MORNING)


def test_a_refused_request_never_moves(session, member_id, waiting):
    refused = adjustments.refuse(session, waiting.id, note="没有凭证", by="anna", now=MORNING)
    assert (refused.status, refused.decided_by, refused.decision_note) == ("refused", "anna", "没有凭证")
    with pytest.raises(adjustments.NotWaiting):
        adjustments.approve(session, waiting.id, by="bo.li", now=MORNING)
    assert balance(session, member_id) == (GIFT, 0)


def test_who_asked_may_withdraw_and_nobody_else(session, member_id, waiting):
    with pytest.raises(adjustments.NotYours):
        adjustments.withdraw(session, waiting.id, by="anna", now=MORNING)
    assert adjustments.withdraw(session, waiting.id, by="chen", now=MORNING).status == "withdrawn"
    with pytest.raises(adjustments.NotWaiting):
        adjustments.withdraw(session, waiting.id, by="chen", now=MORNING)


@pytest.mark.parametrize(
    "decide",
    [
        lambda *args, **parts: adjustments.approve(*args, by="anna", **parts),
        lambda *args, **parts: adjustments.refuse(*args, note="不", by="anna", **parts),
        lambda *args, **parts: adjustments.withdraw(*args, by="chen", **parts),
    ],
)
def test_what_has_waited_too_long_is_decided_no_more(session, member_id, waiting, decide):
    with pytest.raises(adjustments.NotWaiting):
        decide(session, waiting.id, now=WEEK)
    assert decide(session, waiting.id, now=WEEK - timedelta(microseconds=1)).status != "waiting"


def test_a_reversed_credit_is_taken_back_from_its_own_lot(session, member_id):
    adjustment = make_adjustment(session, member_id, 300)
    undone = adjustments.reverse(session, adjustment.id, note="录错卡号", by="chen", now=MORNING)
    assert (undone.status, undone.reversed_by, undone.reversed_at) == ("reversed", "chen", MORNING)
    assert (undone.reversal_note, undone.decided_by) == ("录错卡号", "chen")
    assert balance(session, member_id) == (GIFT, 0)
    assert entry(session, member_id, "adjustment-reversal", adjustment).kind == "take-back"
    assert points.verify(session, [member_id]) == []


def test_a_reversed_credit_that_is_spent_is_owed(session, member_id):
    adjustment = make_adjustment(session, member_id, 300)
    make_adjustment(session, member_id, -350)
    adjustments.reverse(session, adjustment.id, note="录错卡号", by="chen", now=MORNING)
    assert balance(session, member_id) == (0, 250)
    assert points.verify(session, [member_id]) == []


def test_a_reversed_debit_goes_back_into_the_lots_that_paid(session, member_id):
    before = {lot.lot_no: lot.remaining for lot in points.lots(session, member_id, limit=9)}
    adjustment = make_adjustment(session, member_id, -60)
    adjustments.reverse(session, adjustment.id, note="误扣", by="chen", now=MORNING)
    assert {lot.lot_no: lot.remaining for lot in points.lots(session, member_id, limit=9)} == before
    assert points.verify(session, [member_id]) == []


def test_only_what_stands_is_reversed_and_only_once(session, member_id, waiting):
    with pytest.raises(adjustments.NotApplied):
        adjustments.reverse(session, waiting.id, note="误", by="anna", now=MORNING)
    applied = make_adjustment(session, member_id, 300)
    adjustments.reverse(session, applied.id, note="误", by="anna", now=MORNING)
    with pytest.raises(adjustments.NotApplied):
        adjustments.reverse(session, applied.id, note="误", by="anna", now=MORNING)
    assert balance(session, member_id) == (GIFT, 0)


def test_a_clerk_reverses_no_more_than_a_clerk_may_move(session, member_id, waiting):
    adjustments.approve(session, waiting.id, by="anna", now=MORNING)
    with pytest.raises(adjustments.BeyondAllowance):
        adjustments.reverse(session, waiting.id, note="误", by="chen", now=MORNING)
    assert adjustments.reverse(session, waiting.id, note="误", by="bo.li", now=MORNING).status == "reversed"


@pytest.mark.parametrize("verb", ["approve", "refuse", "withdraw", "reverse"])
def test_nothing_is_decided_about_what_there_is_not(session, desks, verb):
    note = {"note": "不"} if verb in {"refuse", "reverse"} else {}
    with pytest.raises(adjustments.AdjustmentUnknown):
        getattr(adjustments, verb)(session, 7, by="anna", now=MORNING, **note)


def test_points_of_a_frozen_account_come_in_and_do_not_go_out(session, member_id):
    adjustments.freeze(session, member_id, reason="核对", by="anna", now=MORNING)
    assert make_adjustment(session, member_id, 10).status == "applied"
    with pytest.raises(points.Frozen):
        make_adjustment(session, member_id, -10)
