from collections import Counter

import pytest
from structlog.testing import capture_logs

from backend.jobs import slices
from backend.jobs.slices import by_id, id_of, walk
from backend.kit.errors import Conflict, Unavailable
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.factories.messages import make_message


class Gone(Conflict):
    code = "test.gone"
    message = "已离开"


@pytest.fixture
def ids(sessions):
    with sessions.write.begin() as session:
        return sorted(make_member(session).id for _ in range(7))


@pytest.fixture
def visited():
    return []


def find_in(ids, limit=4):
    return lambda _session, after: by_id([one for one in ids if one > id_of(after)][:limit])


def written(bad=(), error=ZeroDivisionError, visited=None):
    """Writes a message for each, and fails at some: what a failing slice has written is undone."""

    def do(session, ids):
        for one in ids:
            make_message(session, one)
        if visited is not None:
            visited.append(len(ids))
        if set(ids) & set(bad):
            raise error
        return Counter(done=len(ids))

    return do


def messages(runtime, ids):
    with runtime.sessions.read() as session:
        rows = session.query(Message.member_id).where(Message.template == "tier_lost")
        return sorted(ids.index(member_id) for (member_id,) in rows)


def test_all_are_done_slice_by_slice(runtime, ids, visited):
    assert walk(runtime, find_in(ids), written(visited=visited)) == {"done": 7}
    assert (visited, messages(runtime, ids)) == ([4, 3], list(range(7)))


@pytest.mark.parametrize("bad", [{0}, {3}, {6}, {1, 2, 5}, set(range(7))])
def test_who_fails_stops_nobody_else_and_is_logged_by_alias(runtime, ids, bad):
    with capture_logs() as logs:
        counts = walk(runtime, find_in(ids), written({ids[one] for one in bad}))
    assert counts == Counter(done=7 - len(bad), failed=len(bad))
    assert messages(runtime, ids) == [one for one in range(7) if one not in bad]
    failed = [line["member"] for line in logs if line["event"] == "jobs.failed-for-one"]
    assert len(failed) == len(bad)
    assert not set(failed) & {str(one) for one in ids}


def test_who_is_refused_has_not_failed(runtime, ids):
    assert walk(runtime, find_in(ids), written({ids[2]}, Gone)) == {"done": 6, "refused": 1}


def test_a_database_that_is_away_is_no_member_s_fault(runtime, ids, visited):
    with pytest.raises(Unavailable):
        walk(runtime, find_in(ids), written(set(ids), Unavailable, visited))
    assert visited == [4]


def test_what_fails_for_too_many_is_raised(runtime, ids, monkeypatch):
    monkeypatch.setattr(slices, "MOST_FAILURES", 3)
    with pytest.raises(slices.TooManyFailed):
        walk(runtime, find_in(ids), written(set(ids)))
