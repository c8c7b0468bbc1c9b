import sys

from tests.architecture.sources import ROOT
from tests.support.programs import run_program


def _locks(*arguments):
    return run_program(sys.executable, "-m", "scripts.locks", *arguments, env={"PATH": "/nowhere"})


def test_check_is_skipped_and_says_so_without_uv():
    done = _locks("check")
    assert (done.returncode, done.stdout) == (0, "lock-check: skipped, uv is not here\n")


def test_write_without_uv_says_what_is_missing():
    done = _locks("write")
    assert done.returncode == 1
    assert "uv" in done.stderr


def test_every_pin_has_a_hash():
    for path in (ROOT / "requirements").glob("*.lock"):
        lines = path.read_text().splitlines()
        pins = [number for number, line in enumerate(lines) if not line.startswith(" ")]
        assert all("--hash=sha256:" in lines[number + 1] for number in pins)
