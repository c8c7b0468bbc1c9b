import os
import signal
import subprocess
import sys
from time import monotonic, sleep

import pytest

from backend import members, messaging
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.points import PointsEarned
from tests.backend.jobs.stores import a_follower
from tests.support.clocks import MORNING
from tests.support.databases import sqlite_copy
from tests.support.runtimes import MP, OA, make_runtime


def environment(database, wechat):
    own = {
        "ENVIRONMENT": "development",
        "DATABASE_URL": database,
        "WECHAT_API_BASE_URL": wechat.base_url,
        "WECHAT_OA_APPID": OA.appid,
        "WECHAT_OA_SECRET": OA.secret,
        "WECHAT_MP_APPID": MP.appid,
        "WECHAT_MP_SECRET": MP.secret,
        "MESSAGE_TEMPLATE_IDS": "points_earned=T1",
    }
    return {**{name: value for name, value in os.environ.items() if name != "REDIS_URL"}, **own}


def tell_twice(runtime, wechat):
    """A follower and two messages for them."""
    user, identity = a_follower(runtime, wechat, joined=True)

    def decide(session):
        member_id = members.learn_unionid(session, identity.id, user.unionid, now=MORNING).member_id
        for number in range(2):
            fact = PointsEarned(member_id, number + 1, 10, "purchase", str(number), MORNING)
            messaging.tell_points_earned(session, fact)

    run(runtime.sessions.write, decide)
    return user


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_delivers_and_ends_cleanly(sqlite_template, tmp_path, wechat, number):
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        user = tell_twice(make_runtime(engine, FixedClock(MORNING)), wechat)
        command = [sys.executable, "-m", "backend.jobs"]
        with subprocess.Popen(command, env=environment(str(engine.url), wechat)) as process:  # noqa: S603  our own
            try:
                until = monotonic() + 120  # a busy machine takes its time to start Python
                while len(wechat.messages(user, "template")) < 2 and monotonic() < until:
                    sleep(0.05)
                process.send_signal(number)
                assert process.wait(30) == 0
            finally:
                process.kill()
    assert [message["fields"][0]["value"] for message in wechat.messages(user, "template")] == ["1", "2"]
