from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.subscriptions.rules import SAME_ANSWER, Answer, Standing, after
from tests.support.clocks import MORNING


def event(seconds=0, *, accepted=True):
    return Answer(accepted, MORNING + timedelta(seconds=seconds), told_by_wechat=True)


def report(seconds=0, *, accepted=True):
    return Answer(accepted, MORNING + timedelta(seconds=seconds), told_by_wechat=False)


NEVER_ASKED = Standing()


def accepts(*answers, before=NEVER_ASKED):
    standing = before
    for answer in answers:
        standing = after(standing, answer)
    return standing.accepts


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ([event()], 1),
        ([report()], 1),
        ([report(1), event()], 1),
        ([event(), report(1)], 1),
        ([report(), event(9.999)], 1),
        ([report(), event(10)], 1),
        ([report(), event(10.001)], 2),
        ([event(), report(10.001)], 2),
        ([report(), report(2)], 1),
        ([report(), report(11)], 2),
        ([event(), event(3)], 2),
        ([event(), event(3), report(1), report(4)], 2),
        ([report(1), event(), report(4), event(3)], 2),
        ([report(1), report(4), event(), event(3)], 2),
        ([event(), event(60, accepted=False)], 0),
        ([event(), report(60, accepted=False)], 0),
        ([report(accepted=False), event(1, accepted=False), event(60)], 1),
    ],
)
def test_an_answer_counts_once_whoever_tells_of_it(answers, left):
    assert accepts(*answers) == left


def test_wechat_is_believed_more_than_the_report():
    assert accepts(report(), event(1, accepted=False)) == 0
    assert accepts(report(accepted=False), event(1)) == 1


def test_a_report_of_what_wechat_told_otherwise_changes_nothing():
    assert accepts(event(accepted=False), report(1)) == 0
    assert accepts(event(), report(1, accepted=False)) == 1


def test_a_refusal_takes_all_accepts_back_and_later_ones_count_anew():
    known = Standing(accepts=4, answered_at=MORNING - timedelta(days=1))
    assert accepts(event(accepted=False), before=known) == 0
    assert accepts(event(accepted=False), event(20), before=known) == 1


def test_an_accept_that_was_given_before_a_refusal_and_is_told_after_it_counts_no_more():
    assert accepts(event(30, accepted=False), event(10)) == 0


ANSWERS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3600), st.booleans()).map(
        lambda drawn: Answer(drawn[0], MORNING + timedelta(seconds=drawn[1]), told_by_wechat=drawn[2])
    ),
    max_size=20,
)


@given(ANSWERS)
def test_there_are_never_more_accepts_than_were_told_of_nor_fewer_than_none(answers):
    standing = Standing()
    for answer in answers:
        standing = after(standing, answer)
        assert standing.accepts >= 0
    assert standing.accepts <= sum(answer.accepted for answer in answers)


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=12, unique=True).map(sorted), st.randoms())
def test_told_twice_in_any_order_each_of_answers_apart_counts_once(seconds, luck):
    apart = [seconds[0], *(later for earlier, later in pairwise(seconds) if later - earlier > 4 * SAME_ANSWER.seconds)]
    told = []
    for at in apart:
        both = [event(at), report(at + 1)]
        luck.shuffle(both)
        told += both
    assert accepts(*told) == len(apart)
