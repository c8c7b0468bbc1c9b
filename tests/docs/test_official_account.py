"""docs/official-account.md says what the product does: its kinds, figures, limits and commands."""

import re

import pytest

from backend import scenes
from backend.oa import menus
from backend.oa.pages import session
from backend.scenes import rules
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "official-account.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^flask --app wsgi ([a-z]+(?: [a-z]+)+)", PAGE, re.MULTILINE)


def test_every_kind_of_scene_is_named():
    assert all(f"`{kind}`" in PAGE for kind in scenes.KINDS)


def test_every_grouping_is_named():
    assert "`--by day`, `scene`, `store` or `staff`" in PAGE
    assert set(scenes.GROUPS) == {"day", "scene", "store", "staff"}


def test_limits():
    assert f"{rules.MOST_PERMANENT:,}" in PAGE
    assert f"(1 to {rules.LONGEST_DAYS})" in PAGE
    assert f"At most {menus.MOST_BUTTONS} buttons with at most {menus.MOST_ABOVE} above each" in PAGE
    assert f"up to {menus.NAME_BYTES} bytes ({menus.NAME_BYTES_ABOVE} above)" in PAGE
    assert f"for {session.GOOD_FOR.total_seconds() // 3600:.0f} hours" in PAGE


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_commands_are_there(app, command):
    words = command.split()
    if words[0] == "scenes":
        words = words[:2]
    assert app.test_cli_runner().invoke(args=[*words, "--help"]).exit_code == 0


def test_commands_were_found():
    assert len(COMMANDS) > 8
