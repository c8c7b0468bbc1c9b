from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from backend import adjustments, members, operators, points
from backend.adjustments import Fault, Purpose
from tests.factories.members import make_member
from tests.support.clocks import MORNING

PHONES = [f"1380000{number:04d}" for number in range(5)]


@pytest.fixture
def five(session, desks):
    return [make_member(session, phone=phone) for phone in PHONES]


def drawn(session, text, **parts):
    return adjustments.draw_up(session, text.encode(), now=MORNING, **parts)


def purpose(**parts):
    return Purpose(**({"reason_code": "campaign", "note": "周年庆", "key": "g-1"} | parts))


def test_a_list_comes_to_gifts_and_every_line_that_cannot_be_given(session, five):
    one, two, three, four, five = five
    four.status = members.CLOSED
    text = (
        f"会员,积分,备注\n{one.card_no},5,一\n{PHONES[1]},6\n800000000000,7\n{three.id},8\n"
        f"{PHONES[0]},9\n{four.card_no},1\n{five.card_no},100001\n"
    )
    plan = drawn(session, text)
    assert [(gift.member_id, gift.line_no, gift.points, gift.note) for gift in plan.gifts] == [
        (one.id, 2, 5, "一"),
        (two.id, 3, 6, ""),
        (three.id, 5, 8, ""),
    ]
    assert plan.faults == [
        Fault(4, "unknown-member"),
        Fault(6, "duplicate"),
        Fault(7, "closed"),
        Fault(8, "bad-amount"),
    ]
    assert plan.total == 19


def test_a_dry_run_writes_nothing(runtime, session, five):
    session.commit()
    with runtime.sessions.read() as reading:
        plan = adjustments.draw_up(reading, "\n".join(PHONES).encode(), points=10, now=MORNING)
        assert (len(plan.gifts), plan.total, plan.faults) == (5, 50, [])
        assert adjustments.grants_page(reading, limit=9) == []


def test_a_dry_run_refuses_what_keeping_the_plan_would(runtime, session, five):
    session.commit()
    with runtime.sessions.read() as reading:
        good = adjustments.draw_up(reading, "\n".join(PHONES).encode(), points=10, now=MORNING)
        none = adjustments.draw_up(reading, b"", now=MORNING)
        adjustments.check(reading, good, purpose(), by="chen", now=MORNING)
        for plan, why, by, refusal in (
            (good, purpose(reason_code="nosuch"), "chen", adjustments.ReasonUnknown),
            (good, purpose(note=" "), "chen", adjustments.NoteRefused),
            (good, purpose(), "nobody", operators.OperatorUnknown),
            (none, purpose(), "chen", adjustments.NothingToGive),
        ):
            with pytest.raises(refusal):
                adjustments.check(reading, plan, why, by=by, now=MORNING)


def test_a_blocked_member_may_be_given_points(session, five):
    members.block(session, five[0].id)
    assert drawn(session, f"{PHONES[0]},5").faults == []


def test_members_of_a_list_are_found_set_by_set(session, five, count_statements):
    cards = "\n".join([f"{five[0].card_no},1"] + [f"{number:012d},1" for number in range(1, 1200)])
    with count_statements(session) as said:
        plan = drawn(session, cards)
    assert len(said) == 1 + 3  # the rules; three batches of 500
    assert len(plan.faults) == 1199


def test_a_plan_is_kept_and_moves_nothing(session, five):
    grant = adjustments.store(session, drawn(session, "\n".join(PHONES), points=10), purpose(), by="chen", now=MORNING)
    assert (grant.status, grant.members, grant.total, grant.skipped) == ("planned", 5, 50, 0)
    assert (grant.planned_by, grant.planned_at, grant.start_by) == ("chen", MORNING, MORNING + timedelta(days=7))
    assert (grant.reason_words, grant.note, grant.book_version) == ("活动赠送", "周年庆", 1)
    rows = adjustments.grant_rows(session, grant.id, limit=9)
    assert {(row.member_id, row.points, row.line_no, row.status) for row in rows} == {
        (member.id, 10, number, "waiting") for number, member in enumerate(five, start=1)
    }
    assert points.summary(session, five[0].id, now=MORNING).available == 100


def test_a_list_with_faults_is_kept_only_when_they_are_to_be_skipped(session, five):
    plan = drawn(session, f"{PHONES[0]},5\nnobody,5\n")
    with pytest.raises(adjustments.BadLines) as refused:
        adjustments.store(session, plan, purpose(), by="chen", now=MORNING)
    assert "1 行" in refused.value.detail
    grant = adjustments.store(session, plan, purpose(skip_faulty=True), by="chen", now=MORNING)
    assert (grant.members, grant.skipped, grant.total) == (1, 1, 5)


def test_a_list_that_was_cut_short_is_never_kept(session, five):
    plan = adjustments.Plan(drawn(session, f"{PHONES[0]},5").gifts, [Fault(200_001, "too-many-lines")])
    with pytest.raises(adjustments.BadLines):
        adjustments.store(session, plan, purpose(skip_faulty=True), by="chen", now=MORNING)


@pytest.mark.parametrize("text", ["", "卡号,积分\n", "nobody,5\n"])
def test_a_grant_to_nobody_is_none(session, five, text):
    with pytest.raises(adjustments.NothingToGive):
        adjustments.store(session, drawn(session, text), purpose(skip_faulty=True), by="chen", now=MORNING)


def test_a_list_is_planned_once_under_its_key(session, five):
    plan = drawn(session, f"{PHONES[0]},5")
    first, second = (adjustments.store(session, plan, purpose(), by="chen", now=MORNING) for _ in range(2))
    assert first is second
    assert adjustments.store(session, plan, purpose(), by="deng", now=MORNING) is not first
    for other in (f"{PHONES[0]},6", f"{PHONES[1]},5", f"{PHONES[0]},5\n{PHONES[1]},5"):
        with pytest.raises(adjustments.KeyReused):
            adjustments.store(session, drawn(session, other), purpose(), by="chen", now=MORNING)


def test_not_even_a_plan_made_by_hand_gives_a_member_two_rows(session, five):
    gift = adjustments.Gift(five[0].id, line_no=1, points=5, note="")
    with pytest.raises(IntegrityError):
        adjustments.store(session, adjustments.Plan([gift, gift], []), purpose(), by="chen", now=MORNING)


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"reason_code": "abuse"}, adjustments.WrongDirection),
        ({"reason_code": "none"}, adjustments.ReasonUnknown),
        ({"note": ""}, adjustments.NoteRefused),
        ({"key": ""}, adjustments.KeyRefused),
    ],
)
def test_a_grant_has_a_sound_purpose(session, five, parts, refusal):
    with pytest.raises(refusal):
        adjustments.store(session, drawn(session, f"{PHONES[0]},5"), purpose(**parts), by="chen", now=MORNING)


def test_only_operators_who_are_active_plan(session, five):
    operators.deactivate(session, login="chen")
    with pytest.raises(operators.OperatorInactive):
        adjustments.store(session, drawn(session, f"{PHONES[0]},5"), purpose(), by="chen", now=MORNING)
