import pytest

from backend import plans, points
from tests.support.clocks import MORNING

USE = points.Source("benefit-use", 1)


def note(session, member_id, benefit="lounge", fen=100):
    return plans.note_use(session, member_id, benefit, worth_fen=fen, source=USE, now=MORNING)


def test_a_use_is_noted_with_the_membership_that_gives_it_once(session, buy, member_id):
    order = buy(now=MORNING)
    use = note(session, member_id)
    assert (use.order_id, note(session, member_id).id) == (order.id, use.id)
    with pytest.raises(plans.UseReused):
        note(session, member_id, fen=99)


def test_a_use_that_no_membership_gives_is_none(session, buy, member_id):
    assert note(session, member_id) is None
    buy(now=MORNING)
    assert note(session, member_id, benefit="nursery") is None


def test_undoing_is_done_once_and_what_was_never_noted_is_nothing(session, buy, member_id):
    plans.undo_use(session, source=USE, now=MORNING)
    buy(now=MORNING)
    use = note(session, member_id)
    for _ in range(2):
        plans.undo_use(session, source=USE, now=MORNING)
    assert use.undone_at == MORNING
