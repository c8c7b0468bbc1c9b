import re

from config.settings import Settings
from scripts.launch.plan import LaunchSettings
from tests.architecture.sources import ROOT

NAMED = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
READ_ELSEWHERE = {"SHOP_TIMEZONE", "DEMO_MEMBERS"}


def test_every_setting_is_explained_and_no_other():
    fields = {name.upper() for name in (*Settings.model_fields, *LaunchSettings.model_fields)}
    assert set(NAMED.findall((ROOT / ".env.example").read_text("utf-8"))) == fields | READ_ELSEWHERE
