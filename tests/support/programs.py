import subprocess
from pathlib import Path

from tests.architecture.sources import ROOT

Done = subprocess.CompletedProcess[str]


def run_program(*command: object, env: dict[str, str], folder: Path = ROOT, timeout_s: float = 300) -> Done:
    """Run a program to its end, with nothing in its environment but `env`."""
    return subprocess.run(  # noqa: S603  programs of ours
        [str(part) for part in command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
