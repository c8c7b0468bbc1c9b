"""A short storm on MariaDB, and what its proof finds; `make storm` lets a long one rage."""

import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from bench.storm.hourglass import Hourglass
from bench.storm.proof import of_phone
from tests.support.programs import run_program

EVENING = datetime(2026, 3, 1, 15, 58, tzinfo=UTC)


@pytest.mark.slow
def test_whatever_wechat_does_every_message_is_shown_once_or_ends_in_a_named_state(mariadb):
    server = mariadb.url.set(database=None).render_as_string(hide_password=False)
    amounts = ["--messages", "150", "--members", "15", "--quota", "40"]
    done = run_program(sys.executable, "-m", "bench.storm", *amounts, env={**os.environ, "TEST_MYSQL_URL": server})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "processes killed" in done.stdout
    assert "every message was shown once" in done.stdout


def test_an_hourglass_runs_as_fast_in_every_process():
    glass = Hourglass(EVENING, since=0.0, speed=60.0)
    assert Hourglass.read(str(glass)) == glass
    assert glass.now() - EVENING > timedelta(days=365)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({1: "sent"}, []),
        ({1: "sent"}, [1, 1]),
        ({1: "doubtful"}, [1, 1]),
        ({1: "unreachable"}, [1]),
        ({1: "dead"}, [1]),
        ({1: "waiting"}, []),
        ({1: "sent", 2: "sent"}, [2, 1]),
    ],
)
def test_what_is_lost_doubled_or_out_of_order_is_found(told, shown):
    assert list(of_phone(told, shown)) != []


def test_what_is_as_it_must_be_is_not_complained_of():
    told = {1: "sent", 2: "doubtful", 3: "doubtful", 4: "unreachable", 5: "dead", 6: "sent"}
    assert list(of_phone(told, [1, 3, 6])) == []
