"""Makes .venv and installs a lock file into it. Runs before anything is installed: standard library only."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NO_VENV = """\
This Python ({executable}) cannot make virtual environments: a part of it is missing.
Debian and Ubuntu keep it in a package of its own: apt install python3-venv
Or install uv (https://docs.astral.sh/uv/), which needs no such part."""


def main() -> None:
    """`environment.py base|cluster|dev`: bring .venv to that lock. Does nothing when it is there already."""
    name = sys.argv[1]
    lock = ROOT / "requirements" / f"{name}.lock"
    wanted = _digest(lock)
    stamp = VENV / f"installed-{name}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text().strip() == wanted:
        return
    uv = find_uv()
    if not PYTHON.exists():
        _make_venv(uv)
    print(f"Installing requirements/{name}.lock into .venv …", flush=True)
    _install(lock, uv)
    for outdated in VENV.glob("installed-*"):
        outdated.unlink()  # another lock may have pinned other versions
    for within in _within(lock):
        (VENV / f"installed-{within.stem}").write_text(_digest(within) + "\n")


def find_uv() -> str | None:
    """The path of uv when it is there and starts (a shim of a version manager may not)."""
    found = shutil.which("uv")
    if found is None or subprocess.run([found, "--version"], capture_output=True, check=False).returncode:
        return None
    return found


def _make_venv(uv: str | None) -> None:
    print(f"Making .venv with {sys.executable} …", flush=True)
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        command = [sys.executable, "-m", "venv", str(VENV)]
    elif uv:
        command = [uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(VENV)]
    else:
        raise SystemExit(NO_VENV.format(executable=sys.executable))
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(NO_VENV.format(executable=sys.executable))


def _install(lock: Path, uv: str | None) -> None:
    with_pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    with_uv = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)] if uv else []
    for command in filter(None, (with_uv, with_pip)):
        if subprocess.run([*command, "--require-hashes", "-r", str(lock)], check=False).returncode == 0:
            return
    raise SystemExit(f"Could not install {lock.relative_to(ROOT)}: see above. Is the package index reachable?")


def _within(lock: Path) -> list[Path]:
    """The locks whose pins this one holds too, itself among them: `make run` after `make test` installs nothing."""
    return [other for other in sorted(lock.parent.glob("*.lock")) if _pins(other) <= _pins(lock)]


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _pins(lock: Path) -> set[str]:
    return {line.split()[0] for line in lock.read_text().splitlines() if "==" in line and not line.startswith(" ")}


if __name__ == "__main__":
    main()
