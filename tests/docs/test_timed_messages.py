"""docs/timed-messages.md says what the product does: its books, holidays, hours and commands."""

import json
import re

import pytest

from backend import messaging
from backend.jobs import JOBS
from backend.kit.holidays import NAMES
from config import policy
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "timed-messages.md").read_text(encoding="utf-8")
HOLIDAYS, WIN_BACK = (
    json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)


def test_the_books_are_books():
    assert [one.holiday for one in messaging.checked_holidays(HOLIDAYS).greetings] == ["mid-autumn", "national-day"]
    assert messaging.checked_win_back(WIN_BACK).times == 2


def test_every_holiday_is_named():
    assert all(f"`{name}`" in PAGE for name in NAMES)


@pytest.mark.parametrize(
    ("job", "words"), [("greet-holidays", "9:05"), ("win-back", "10:35"), ("remind-check-ins", "19:00")]
)
def test_hours(job, words):
    (cron,) = [one.cron for one in JOBS if one.name == job]
    minute, hour = cron.split()[:2]
    assert words == f"{hour}:{int(minute):02d}"
    assert words in PAGE


def test_the_hour_of_the_reminder_is_the_house_s():
    assert f"{policy.CHECK_IN_REMINDER_HOUR}:00" in PAGE


@pytest.mark.parametrize("command", ["messages catalogue", "messages preview", "jobs list", "books draft"])
def test_commands_are_there(app, command):
    assert f"`flask {command}" in PAGE
    assert app.test_cli_runner().invoke(args=[*command.split(), "--help"]).exit_code == 0
