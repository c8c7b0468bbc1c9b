from datetime import timedelta

import pytest

from backend import coupons, operators
from backend.coupons import RedemptionConflict
from backend.coupons.closing import ConflictUnknown, close_conflict, conflict_notes, conflicts, reopen_conflict
from tests.factories.conflicts import make_conflict
from tests.factories.coupons import READER, WRITER
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(hours=1)
WHY = {"note": "店长确认", "by": WRITER, "now": MORNING}


def notes(session, *found):
    return [(one.what, one.by, one.note, one.at) for one in conflict_notes(session, [one.id for one in found])]


def test_what_is_closed_leaves_the_list_and_says_who_decided_and_why(session):
    first, second = make_conflict(session), make_conflict(session, ref="K-2")
    close_conflict(session, first.id, "store-bears", **WHY)
    assert (list(conflicts(session, limit=9)), first.decision) == ([second], "store-bears")
    assert list(conflicts(session, closed=True, limit=9)) == [second, first]
    assert notes(session, first, second) == [("store-bears", WRITER, "店长确认", MORNING)]


def test_pages_of_the_list_meet(session):
    third, second, first = (make_conflict(session, ref=f"K-{number}") for number in range(3))
    assert list(conflicts(session, limit=2)) == [first, second]
    assert list(conflicts(session, before_id=second.id, limit=2)) == [third]
    close_conflict(session, third.id, "mistaken", **WHY)
    assert list(conflicts(session, before_id=second.id, limit=2)) == []
    assert list(conflicts(session, closed=True, before_id=second.id, limit=2)) == [third]


def test_so_decided_again_nothing_changes_and_otherwise_it_is_refused(session):
    found = make_conflict(session)
    close_conflict(session, found.id, "recovered", **WHY)
    close_conflict(session, found.id, "recovered", note="再次", by=READER, now=LATER)
    with pytest.raises(coupons.StepRefused) as refused:
        close_conflict(session, found.id, "mall-bears", note="再次", by=READER, now=LATER)
    assert "已向会员追回" in refused.value.detail
    assert notes(session, found) == [("recovered", WRITER, "店长确认", MORNING)]


def test_a_decision_is_taken_back_and_stays_written(session):
    found = make_conflict(session)
    reopen_conflict(session, found.id, **WHY)
    close_conflict(session, found.id, "mistaken", **WHY)
    for _ in range(2):
        reopen_conflict(session, found.id, note="查无此事", by=READER, now=LATER)
    assert list(conflicts(session, limit=9)) == [found]
    close_conflict(session, found.id, "store-bears", note="再查", by=WRITER, now=LATER)
    assert [what for what, *_ in notes(session, found)] == ["mistaken", "reopened", "store-bears"]


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"conflict_id": 7}, ConflictUnknown),
        ({"note": " "}, coupons.NoteRefused),
        ({"by": "nobody"}, operators.OperatorUnknown),
    ],
)
def test_what_is_refused_changes_nothing(session, parts, refusal):
    found = make_conflict(session)
    for verb, more in ((close_conflict, {"decision": "mistaken"}), (reopen_conflict, {})):
        with pytest.raises(refusal):
            verb(session, **({"conflict_id": found.id, **WHY, **more} | parts))
    assert (notes(session, found), found.decision) == ([], None)


def test_what_a_till_tells_again_is_answered_alike_whatever_was_decided(session):
    """The till has nothing to do with the decision."""
    found = make_conflict(session)
    close_conflict(session, found.id, "mall-bears", **WHY)
    shown, order = coupons.Shown("0000000000000000", found.ref), coupons.Order(found.store_id, MORNING)
    assert coupons.sync(session, shown, order=order, key=b"", now=LATER).reason == found.reason
    assert session.get_one(RedemptionConflict, (found.store_id, found.ref)).decision == "mall-bears"
