"""A short storm on MariaDB, and what its proof finds; `make storm` lets a long one rage."""

from datetime import UTC, datetime, timedelta

import pytest

from bench.storm.__main__ import Storm, rage
from bench.storm.hourglass import Hourglass
from bench.storm.proof import of_phone

EVENING = datetime(2026, 3, 1, 15, 58, tzinfo=UTC)


@pytest.mark.slow
def test_whatever_wechat_does_every_message_is_shown_once_or_ends_in_a_named_state(mariadb, monkeypatch, capsys):
    for name in ("DATABASE_URL", "ENVIRONMENT", "LOG_LEVEL", "WECHAT_API_BASE_URL", "MESSAGE_TEMPLATE_IDS"):
        monkeypatch.setenv(name, "")  # what the storm sets is put back
    url = mariadb.url.render_as_string(hide_password=False)
    assert rage(Storm(messages=150, members=15, quota=40), url) == []
    told = capsys.readouterr().out
    assert "processes killed" in told
    assert "every message was shown once" in told


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
