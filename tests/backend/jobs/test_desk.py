from datetime import timedelta

from backend.jobs import desk
from backend.kit.db import run
from config import policy
from tests.factories.conversations import make_conversation
from tests.support.clocks import MORNING


def test_the_desk_is_tidied_in_slices(runtime, monkeypatch):
    monkeypatch.setattr(desk, "SLICE", 2)

    def fill(session):
        for _ in range(5):
            make_conversation(session)
        for _ in range(3):
            make_conversation(session, by="anna")

    run(runtime.sessions.write, fill)
    assert desk.tidy_desk(runtime, MORNING + policy.DESK_SILENCE) == {"returned": 3}
    assert desk.tidy_desk(runtime, MORNING + timedelta(hours=48)) == {"lapsed": 8}
    assert desk.tidy_desk(runtime, MORNING + timedelta(hours=48)) == {}
