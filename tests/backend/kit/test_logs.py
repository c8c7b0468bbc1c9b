import json
import subprocess
import sys
from pathlib import Path

import pytest

from backend.kit.logs import alias

ROOT = Path(__file__).parents[3]
PROGRAM = """
import logging, sys, structlog
from backend.kit import logs
early = structlog.get_logger("early")
logs.configure(level="info", json=sys.argv[1] == "json")
structlog.contextvars.bind_contextvars(request_id="r-1")
early.info("积分到账", amount=5)
early.debug("not told")
logging.getLogger("library").warning("from %s", "elsewhere")
logging.getLogger("urllib3").info("not told either")
def fail(phone):
    return 1 / 0
try:
    fail("13800138000")
except ZeroDivisionError as error:
    early.error("bug", exc_info=error)
"""


def told(form):
    program = [sys.executable, "-W", "error", "-c", PROGRAM, form]
    done = subprocess.run(program, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)  # noqa: S603  ours
    return done.stderr


def test_lines_are_json_for_our_own_code_and_for_libraries():
    first, second, third = map(json.loads, told("json").splitlines())
    assert (first["event"], first["amount"], first["level"]) == ("积分到账", 5, "info")
    assert first["request_id"] == second["request_id"] == "r-1"
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["level"]) == ("from elsewhere", "warning")
    assert "ZeroDivisionError" in third["exception"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_local_variables_are_never_shown(form):
    text = told(form)
    assert "积分到账" in text
    assert "ZeroDivisionError" in text
    assert "13800138000" not in text
    assert "not told" not in text


def test_a_member_has_one_alias_that_does_not_show_the_id():
    assert alias(7) == alias(7) != alias(8)
    assert len(alias(7)) == 12
    assert "123456789" not in alias(123456789)
