"""The lock files: `write` makes them from pyproject.toml, `check` refuses when that would change them."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.environment import find_uv

ROOT = Path(__file__).parent.parent
EXTRAS = ["--extra", "sms"]  # `make run` shows an SMS too
CLUSTER = [*EXTRAS, "--extra", "cluster"]
LOCKS = {"base": EXTRAS, "cluster": CLUSTER, "dev": [*CLUSTER, "--group", "dev"]}


def main() -> None:
    """`locks check` or `locks write [--upgrade]`. Exits 1 when a lock is not what pyproject.toml asks for."""
    question, *options = sys.argv[1:] or ["check"]
    if find_uv() is None:
        if question == "check":
            print("lock-check: skipped, uv is not here")
            return
        raise SystemExit("The lock files are written by uv, which is not here: https://docs.astral.sh/uv/")
    if question == "write":
        for name in LOCKS:
            _compile(name, _path(name), options)
        return
    with TemporaryDirectory() as folder:
        changed = [name for name in LOCKS if _would_change(name, Path(folder))]
    if changed:
        raise SystemExit(f"Not what pyproject.toml asks for: {', '.join(map(_shown, changed))}. Run: make lock")


def _would_change(name: str, folder: Path) -> bool:
    copy = folder / f"{name}.lock"
    shutil.copyfile(_path(name), copy)  # pins that still fit are kept
    _compile(name, copy, [])
    return copy.read_bytes() != _path(name).read_bytes()


def _compile(name: str, output: Path, options: list[str]) -> None:
    base = ["uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate"]
    base.append("--no-strip-extras")  # pip before 23.3 takes an extra for a package without a pin
    command = [*base, "pyproject.toml", *LOCKS[name], *options, "-o", str(output)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise SystemExit(f"uv could not compile {_shown(name)}: see above.")


def _path(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.lock"


def _shown(name: str) -> str:
    return str(_path(name).relative_to(ROOT))


if __name__ == "__main__":
    main()
