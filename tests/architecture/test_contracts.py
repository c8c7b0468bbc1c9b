"""The import contracts of pyproject.toml are kept, and each of them bites."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT

LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
VERDICT = re.compile(r"^(.+) (KEPT|BROKEN)$", re.MULTILINE)

PLANTED = {
    "Calls go down": ("backend/kit/clock.py", "import backend.points"),
    "Only the app opens the mini-program's door": ("backend/pos/__init__.py", "import miniprogram_api"),
    "Only who sends messages reads their texts": ("backend/points/service.py", "import templates_msg"),
    "Only the wiring reads settings": ("backend/health.py", "import config.settings"),
    "Domains know neither HTTP nor network nor scheduler": ("backend/mall/service.py", "import requests"),
    "Only messaging, conversations and payments speak to WeChat among the domains": (
        "backend/mall/service.py",
        "import backend.wechat",
    ),
    "Rules are pure": ("backend/points/rules.py", "import sqlalchemy"),
    "A door opens no other door": ("miniprogram_api/__init__.py", "import backend.health"),
    "Texts know no database and no domain": ("templates_msg/__init__.py", "import sqlalchemy"),
    "Config knows nothing of ours": ("config/policy.py", "import backend.kit"),
}


def contracts():
    given = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["name"] for contract in given["tool"]["importlinter"]["contracts"]}


def verdicts(folder):
    """What lint-imports says of the tree in `folder`: its output, and KEPT or BROKEN by contract."""
    done = subprocess.run(  # noqa: S603  our own tool
        [LINT_IMPORTS, "--no-logo", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    return done.stdout + done.stderr, dict(VERDICT.findall(done.stdout))


@pytest.fixture
def copy(tmp_path):
    """The product's packages and contracts, to be spoilt."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_all_are_kept():
    said, found = verdicts(ROOT)
    assert found == dict.fromkeys(contracts(), "KEPT"), said


def test_each_bites(copy):
    for path, line in PLANTED.values():
        with (copy / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    said, found = verdicts(copy)
    assert found == dict.fromkeys(contracts(), "BROKEN"), said


def test_new_package_must_be_given_its_place(copy):
    (copy / "backend" / "newcomer").mkdir()
    (copy / "backend" / "newcomer" / "__init__.py").touch()
    said, found = verdicts(copy)
    assert found["Calls go down"] == "BROKEN"
    assert "newcomer" in said


def test_every_contract_is_shown_to_bite():
    assert set(PLANTED) == contracts()
