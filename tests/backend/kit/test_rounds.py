from collections import Counter
from functools import partial
from threading import Barrier, Event, Lock

import pytest

from backend.kit.rounds import Rounds, Taken


class Pile:
    """Pieces of work, claimed from the top; `asked` is how many were asked for at a time."""

    def __init__(self, count, work=lambda: "done", *, ended=0):
        self._left = [work] * count
        self._ended = ended
        self._lock = Lock()
        self.asked = []

    def claim(self, limit):
        with self._lock:
            self.asked.append(limit)
            taken, self._left = self._left[:limit], self._left[limit:]
            ended, self._ended = Counter(ended=self._ended), 0
            return Taken(taken, +ended)


def test_all_that_there_is_is_done_and_what_ended_without_work_is_counted():
    pile = Pile(10, ended=2)
    with Rounds("test", pile.claim, workers=3) as rounds:
        rounds.drain(Event())
    assert rounds.outcomes == {"done": 10, "ended": 2}


def test_no_more_is_claimed_than_there_are_threads_and_what_is_wanted_ahead():
    pile = Pile(20)
    with Rounds("test", pile.claim, workers=4, ahead=2) as rounds:
        rounds.drain(Event())
    assert rounds.outcomes == {"done": 20}
    assert pile.asked[0] == max(pile.asked) == 6
    assert min(pile.asked) >= 2


def test_pieces_are_done_side_by_side():
    together = Barrier(3, timeout=20)

    def meet():
        together.wait()
        return "met"

    with Rounds("test", Pile(3, meet).claim, workers=3) as rounds:
        rounds.drain(Event())
    assert rounds.outcomes == {"met": 3}


def test_what_moved_without_work_is_worth_another_look():
    answers = iter([Taken(moved=1), Taken([lambda: "done"]), Taken()])
    with Rounds("test", lambda _: next(answers), workers=1) as rounds:
        rounds.drain(Event())
    assert rounds.outcomes == {"done": 1}


def test_who_is_stopped_or_has_no_time_claims_nothing_and_finishes_what_has_begun():
    stopped = Event()

    def stop():
        stopped.set()
        return "last"

    with Rounds("test", Pile(5, stop).claim, workers=1) as rounds:
        rounds.drain(stopped)
        rounds.drain(Event(), seconds=0)
    assert rounds.outcomes == {"last": 1}


def test_a_claim_that_fails_is_tried_again_while_serving_and_raised_while_draining(monkeypatch):
    monkeypatch.setattr("backend.kit.rounds.AFTER_A_FAILURE_S", 0)
    stopped, tries = Event(), []

    def claim(_limit):
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError
        stopped.set()
        return Taken([lambda: "done"])

    with Rounds("test", claim, workers=1) as rounds:
        rounds.serve(stopped)
    assert rounds.outcomes == {"done": 1}
    failing = partial(Rounds, "test", lambda _: 1 / 0, workers=1)
    with failing() as rounds, pytest.raises(ZeroDivisionError):
        rounds.drain(Event())
