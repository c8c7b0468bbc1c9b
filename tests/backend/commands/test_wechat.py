import sys

from tests.support.programs import run_program


def test_simulate_becomes_the_simulator():
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "wechat", "simulate", "--help"]
    done = run_program(*command, env={"ENVIRONMENT": "development", "PATH": ""})
    assert done.returncode == 0, done.stderr
    assert "--state" in done.stdout
