import os
import signal
import subprocess
import sys

import pytest

from tests.backend.cluster.groups import asking, tell_crowd, wait_for
from tests.backend.messaging.conftest import TEMPLATE_IDS
from tests.backend.messaging.recipients import shown
from tests.support.programs import run_program
from tests.support.runtimes import MP, OA

pytestmark = pytest.mark.slow

GROUP = [sys.executable, "-m", "backend.cluster"]


def environment(**settings):
    ours = ("DISPATCHER", "CLUSTER", "REDIS_URL")
    around = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**around, "ENVIRONMENT": "development", **settings}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_drains_when_asked_and_ends_cleanly(mariadb, runtime, wechat, cluster, number):
    (recipient,) = tell_crowd(runtime, wechat, members=1, each=2)
    given = environment(
        DATABASE_URL=mariadb.url.render_as_string(hide_password=False),
        DISPATCHER="cluster",
        REDIS_URL=cluster.redis_url,
        CLUSTER_NAMESPACE=cluster.namespace,
        WECHAT_API_BASE_URL=wechat.base_url,
        WECHAT_OA_APPID=OA.appid,
        WECHAT_OA_SECRET=OA.secret,
        WECHAT_MP_APPID=MP.appid,
        WECHAT_MP_SECRET=MP.secret,
        MESSAGE_TEMPLATE_IDS=",".join(f"{name}={given}" for name, given in TEMPLATE_IDS.items()),
    )
    with asking(runtime, cluster, nobody_takes_s=600), subprocess.Popen(GROUP, env=given) as process:  # noqa: S603  our own program
        try:
            wait_for(lambda: len(shown(wechat, recipient)) == 2, seconds=120)
            process.send_signal(number)
            assert process.wait(30) == 0
        finally:
            process.kill()
    assert shown(wechat, recipient) == [1, 2]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({}, "Error: DISPATCHER: nobody asks a worker group unless"),
        ({"DISPATCHER": "cluster"}, "Error: DISPATCHER=cluster needs REDIS_URL"),
    ],
)
def test_a_group_that_nobody_could_ask_says_so_on_one_line(settings, complaint):
    done = run_program(*GROUP, env=environment(**settings))
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert done.stderr.startswith(complaint)


@pytest.mark.parametrize("program", ["backend.cluster", "backend.jobs"])
def test_without_dramatiq_the_extra_is_named_on_one_line(tmp_path, program):
    (tmp_path / "dramatiq.py").write_text("raise ImportError\n")
    given = environment(DISPATCHER="cluster", REDIS_URL="redis://127.0.0.1:9/0", PYTHONPATH=str(tmp_path))
    done = run_program(sys.executable, "-m", program, env=given)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert done.stderr.startswith("Error: DISPATCHER=cluster needs the extra `cluster`")


def test_threads_need_neither_dramatiq_nor_redis(tmp_path):
    (tmp_path / "dramatiq.py").write_text("raise ImportError\n")
    program = "from backend.wiring import production_runtime as made; from backend.jobs import dispatching as d"
    command = f"{program}; print(type(d.dispatcher_of(made())).__name__)"
    done = run_program(sys.executable, "-c", command, env=environment(PYTHONPATH=str(tmp_path)))
    assert (done.stdout, done.returncode) == ("InThreads\n", 0), done.stderr
