import shutil
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.support.programs import run_program

FIND = ROOT / "scripts" / "find_python.sh"
OLD = "#!/bin/sh\n[ \"$1\" = --version ] && { echo 'Python 3.9.2'; exit 0; }\nexit 1\n"


def _find(**environment):
    return run_program("/bin/sh", FIND, env=environment)


def _tool(folder, name, text):
    path = Path(folder) / name
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path):
    """A copy of what makes the environment, with locks that ask for nothing."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "requirements").mkdir()
    for name in ("base", "cluster", "dev"):
        (tmp_path / "requirements" / f"{name}.lock").write_text("")
    return tmp_path


def _make(project, name):
    return run_program(sys.executable, project / "scripts" / "environment.py", name, env={"PATH": "/usr/bin:/bin"})


def _pin(project, **locks):
    for name, pins in locks.items():
        (project / "requirements" / f"{name}.lock").write_text("\n".join(pins.split()) + "\n")


def _installed_by(project, program):
    """A .venv whose Python installs everything, or nothing."""
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(program)


def test_python_is_found():
    found = _find(PATH=f"{Path(sys.executable).parent}:/usr/bin:/bin")
    assert (found.returncode, found.stderr) == (0, "")


def test_too_old_python_is_refused_kindly(tmp_path):
    old = _tool(tmp_path, "python3", OLD)
    found = _find(PATH="/usr/bin:/bin", PYTHON=str(old))
    assert found.returncode == 1
    assert f"PYTHON={old} is not a Python 3.11 or newer (Python 3.9.2)." in found.stderr


def test_machine_without_new_python_is_told_what_to_do(tmp_path):
    _tool(tmp_path, "python3", OLD)
    found = _find(PATH=str(tmp_path))
    assert found.returncode == 1
    assert "found none (Python 3.9.2)" in found.stderr
    assert "apt install python3" in found.stderr


@pytest.mark.slow
def test_environment_is_made_once_and_again_when_the_lock_changes(project):
    first = _make(project, "base")
    assert first.returncode == 0, first.stderr
    assert "Making .venv" in first.stdout
    assert _make(project, "base").stdout == ""
    (project / "requirements" / "base.lock").write_text("# changed\n")
    again = _make(project, "base")
    assert (again.returncode, "Installing requirements/base.lock" in again.stdout) == (0, True)
    assert "Making" not in again.stdout


@pytest.mark.slow
def test_dev_covers_base_and_cluster(project):
    assert _make(project, "dev").returncode == 0
    assert _make(project, "base").stdout == ""
    assert _make(project, "cluster").stdout == ""


def test_a_lock_covers_those_that_ask_for_no_more(project):
    _pin(project, base="a==1", cluster="a==1 b==1", dev="a==1 b==1 c==1")
    _installed_by(project, "/bin/true")
    assert "Installing requirements/cluster.lock" in _make(project, "cluster").stdout
    assert _make(project, "base").stdout == ""
    assert "Installing requirements/dev.lock" in _make(project, "dev").stdout
    assert _make(project, "cluster").stdout == ""


def test_a_lock_with_another_version_is_not_covered(project):
    _pin(project, base="a==1", cluster="a==2 b==1")
    _installed_by(project, "/bin/true")
    assert "Installing requirements/cluster.lock" in _make(project, "cluster").stdout
    assert "Installing requirements/base.lock" in _make(project, "base").stdout


def test_lock_that_cannot_be_installed_is_told(project):
    (project / "requirements" / "base.lock").write_text("no-such-thing==1 --hash=sha256:" + "0" * 64 + "\n")
    _installed_by(project, "/bin/false")
    failed = _make(project, "base")
    assert failed.returncode == 1
    assert "Could not install requirements/base.lock" in failed.stderr
