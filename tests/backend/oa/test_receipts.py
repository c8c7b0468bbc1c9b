from datetime import timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import func, select

from backend.kit.db import run
from backend.kit.errors import Conflict, Unavailable
from backend.members import Identity
from backend.oa.receipts import Receipt, Reply, forget_receipts, once
from backend.wechat import Article, Picture
from tests.factories.members import make_follower
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import make_runtime

KEY, OTHER = "a1" * 32, "b2" * 32
LATER = MORNING + timedelta(seconds=5)


class Refused(Conflict):
    code = "test.refused"
    message = "不行"


def test_first_push_does_its_work(session):
    assert once(session, KEY, lambda: "好", now=MORNING) == Reply("好", MORNING)


def test_repeat_is_answered_the_same_and_does_nothing(session):
    done = []
    once(session, KEY, lambda: done.append(1) or "好", now=MORNING)
    again = once(session, KEY, lambda: done.append(2) or "坏", now=LATER)
    assert again == Reply("好", MORNING)
    assert done == [1]


def test_other_push_is_other_work(session):
    once(session, KEY, lambda: "好", now=MORNING)
    assert once(session, OTHER, lambda: "也好", now=LATER) == Reply("也好", LATER)


def test_answer_without_words_is_remembered_too(session):
    once(session, KEY, lambda: None, now=MORNING)
    assert once(session, KEY, lambda: "坏", now=LATER) == Reply(None, MORNING)


def test_refusal_undoes_the_work_and_is_remembered(sessions):
    def refuse(session):
        make_follower(session)
        session.flush()
        raise Refused

    with sessions.write.begin() as session:
        assert once(session, KEY, lambda: refuse(session), now=MORNING).said == "不行"
    with sessions.write.begin() as session:
        assert once(session, KEY, lambda: "坏", now=LATER) == Reply("不行", MORNING)
        assert session.scalar(select(func.count()).select_from(Identity)) == 0


@pytest.mark.parametrize("said", [Picture("M-1"), Article("周年庆", "", "https://a.example/p", "https://a.example/")])
def test_pictures_and_articles_are_remembered_too(sessions, said):
    with sessions.write.begin() as session:
        assert once(session, KEY, lambda: said, now=MORNING) == Reply(said, MORNING)
    with sessions.write.begin() as session:
        assert once(session, KEY, lambda: "坏", now=LATER) == Reply(said, MORNING)


def test_try_again_leaves_no_receipt(sessions):
    def busy():
        raise Unavailable

    with pytest.raises(Unavailable), sessions.write.begin() as session:
        once(session, KEY, busy, now=MORNING)
    with sessions.write.begin() as session:
        assert once(session, KEY, lambda: "好", now=LATER) == Reply("好", LATER)


def test_bug_leaves_no_receipt(sessions):
    with pytest.raises(ZeroDivisionError), sessions.write.begin() as session:
        once(session, KEY, lambda: str(1 // 0), now=MORNING)
    with sessions.read() as session:
        assert session.get(Receipt, bytes.fromhex(KEY)) is None


def test_forgets_old_receipts_up_to_the_limit(session):
    for number in range(5):
        once(session, f"{number:064x}", lambda: None, now=MORNING + timedelta(hours=number))
    assert forget_receipts(session, MORNING + timedelta(hours=4), limit=3) == 3
    assert forget_receipts(session, MORNING + timedelta(hours=4), limit=3) == 1
    assert forget_receipts(session, MORNING + timedelta(hours=4), limit=3) == 0
    assert session.scalars(select(Receipt.received_at)).all() == [MORNING + timedelta(hours=4)]


def test_repeat_waits_for_the_first_that_still_runs(mariadb, clock):
    make, done = make_runtime(mariadb, clock).sessions.write, []
    working, finish = Event(), Event()

    def slowly():
        done.append("first")
        working.set()
        finish.wait(30)
        return "好"

    def push(number):
        if number == 0:
            return run(make, lambda session: once(session, KEY, slowly, now=MORNING))
        working.wait(30)
        finish.set()  # the repeat is on its way to the unique key, which it cannot pass before the first commits
        return run(make, lambda session: once(session, KEY, lambda: done.append("second") or "坏", now=LATER))

    assert race(2, push) == [Reply("好", MORNING)] * 2
    assert done == ["first"]


def test_32_parallel_pushes_have_one_effect(mariadb, clock):
    make = make_runtime(mariadb, clock).sessions.write

    def push(number):
        def work(session):
            make_follower(session)
            return f"answer {number}"

        return run(make, lambda session: once(session, KEY, lambda: work(session), now=MORNING))

    replies = race(32, push)
    with make() as session:
        assert session.scalar(select(func.count()).select_from(Identity)) == 1
    assert len({reply.said for reply in replies}) == 1


def test_who_only_looks_for_a_receipt_before_working_has_several_effects(mariadb, clock):
    """The negative control: the receipt without its unique key in the way of the work."""
    make, looked = make_runtime(mariadb, clock).sessions.write, Barrier(8)

    def push(number):
        def unit(session):
            earlier = session.get(Receipt, bytes.fromhex(KEY))
            looked.wait(30)
            if earlier is None:
                make_follower(session)

        run(make, unit)
        run(make, lambda session: session.merge(Receipt(key=bytes.fromhex(KEY), received_at=MORNING)))

    race(8, push)
    with make() as session:
        assert session.scalar(select(func.count()).select_from(Identity)) == 8
