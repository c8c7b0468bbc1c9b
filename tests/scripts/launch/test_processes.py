import os
import sys

import pytest

from scripts.launch import processes
from scripts.launch.processes import Died, Household

FOR_EVER = "import time; print('up', flush=True); time.sleep(600)"
WRITES_ITS_END = """
import signal, sys, time
def end(*_):
    open(sys.argv[1], "a").write(sys.argv[2])
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def household(tmp_path):
    made = Household(tmp_path, dict(os.environ), tmp_path)
    yield made
    made.end()


def _python(*arguments):
    return [sys.executable, "-c", *arguments]


def _is_up(household, name):
    return household.wait_until(lambda: "up" in household.log_of(name), within_s=30)


def test_last_started_ends_first_and_each_may_finish(household, tmp_path):
    ends = tmp_path / "ends"
    for name in "abc":
        household.start(name, _python(WRITES_ITS_END, str(ends), name))
        assert _is_up(household, name)
    household.end()
    assert ends.read_text() == "cba"


def test_one_that_dies_is_told_with_its_code_and_its_last_words(household):
    household.start("steady", _python(FOR_EVER))
    household.start("hasty", _python("print('no database', flush=True); raise SystemExit(3)"))
    with pytest.raises(Died, match="no database") as died:
        household.watch()
    assert (died.value.code, "hasty ended by itself" in str(died.value)) == (3, True)


def test_one_that_can_be_replaced_is_started_anew(household, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(processes, "SHORTEST_LIFE_S", 0.0)
    household.start("group", _python("import os; print('up', os.getpid(), flush=True); input()"), replaceable=True)
    assert _is_up(household, "group")
    first = (tmp_path / "group.log").read_text()
    assert household.wait_until((tmp_path / "group.log.1").exists, within_s=30)
    assert household.wait_until(lambda: "up" in household.log_of("group"), within_s=30)
    assert (tmp_path / "group.log").read_text() != first
    assert "group ended by itself (exit code 1) and is started anew" in capsys.readouterr().out


def test_one_that_dies_at_once_is_not_replaced(household):
    household.start("group", _python("raise SystemExit(4)"), replaceable=True)
    with pytest.raises(Died, match="group ended by itself"):
        household.watch()


def test_waiting_has_an_end(household):
    household.start("steady", _python(FOR_EVER))
    assert not household.wait_until(lambda: False, within_s=0.2)


def test_waiting_for_one_that_dies_raises(household):
    household.start("hasty", _python("raise SystemExit(1)"))
    with pytest.raises(Died):
        household.wait_until(lambda: False, within_s=30)


def test_logs_of_the_last_start_stay(household, tmp_path):
    for words in ("first", "second"):
        household.start("one", _python(f"print('up', '{words}', flush=True); import time; time.sleep(600)"))
        assert _is_up(household, "one")
    assert "second" in (tmp_path / "one.log").read_text()
    assert "first" in (tmp_path / "one.log.1").read_text()
