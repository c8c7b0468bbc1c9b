import subprocess
import sys

from tests.architecture.sources import ROOT


def test_simulate_becomes_the_simulator():
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "wechat", "simulate", "--help"]
    done = subprocess.run(  # noqa: S603  our own program
        command,
        cwd=ROOT,
        env={"ENVIRONMENT": "development", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "--state" in done.stdout
