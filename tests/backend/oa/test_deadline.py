from threading import Event

import pytest
import structlog

from backend.oa.deadline import Late, Workers

SOON = 0.05
LONG = 30


@pytest.fixture
def gate():
    """Holds work back until the test lets it go on."""
    gate = Event()
    yield gate
    gate.set()


def test_work_in_time_returns_what_it_returns():
    assert Workers(1, "t").within(LONG, lambda: 7) == 7


def test_work_raises_what_it_raises():
    with pytest.raises(ZeroDivisionError):
        Workers(1, "t").within(LONG, lambda: 1 // 0)


def test_a_time_out_of_the_work_itself_is_not_taken_for_ours():
    def work():
        raise TimeoutError("a socket's")

    with pytest.raises(TimeoutError, match="a socket's"):
        Workers(1, "t").within(LONG, work)


def test_slow_work_is_late_and_goes_on_to_its_end(gate):
    ended = Event()

    def work():
        gate.wait(LONG)
        ended.set()

    with pytest.raises(Late):
        Workers(1, "t").within(SOON, work)
    assert not ended.is_set()
    gate.set()
    assert ended.wait(LONG)


def test_work_that_had_to_wait_too_long_never_begins(gate):
    workers, begun = Workers(1, "t"), Event()
    with pytest.raises(Late):
        workers.within(SOON, lambda: gate.wait(LONG))
    with pytest.raises(Late):
        workers.within(SOON, begun.set)
    gate.set()
    workers.within(LONG, lambda: None)
    assert not begun.is_set()


def test_a_failure_after_the_answer_is_loud(gate):
    told = Event()

    def tell(_logger, _method, line):
        told.line = line
        told.set()
        raise structlog.DropEvent

    def work():
        gate.wait(LONG)
        raise ZeroDivisionError

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[tell])
    try:
        with pytest.raises(Late):
            Workers(1, "t").within(SOON, work)
        gate.set()
        assert told.wait(LONG)
    finally:
        structlog.configure(processors=before)
    assert told.line["event"] == "oa.failed-after-its-answer"
    assert isinstance(told.line["exc_info"], ZeroDivisionError)


def test_a_busy_peer_is_not_waited_for(gate):
    workers = Workers(1, "t")
    with pytest.raises(Late):
        workers.at_once(SOON, lambda: gate.wait(LONG))
    with pytest.raises(Late):
        workers.at_once(LONG, lambda: 7)  # would hang for LONG if it waited
    gate.set()


def test_a_thread_is_free_again_after_its_work(gate):
    workers = Workers(1, "t")
    with pytest.raises(ZeroDivisionError):
        workers.at_once(LONG, lambda: 1 // 0)
    freed = Event()
    while not freed.is_set():
        try:
            assert workers.at_once(LONG, lambda: 7) == 7
            freed.set()
        except Late:
            continue  # the thread gives its place back a moment after its answer


def test_log_lines_keep_the_request_id():
    structlog.contextvars.bind_contextvars(request_id="abcdefgh")
    try:
        bound = Workers(1, "t").within(LONG, structlog.contextvars.get_contextvars)
    finally:
        structlog.contextvars.clear_contextvars()
    assert bound["request_id"] == "abcdefgh"
