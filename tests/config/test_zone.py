from zoneinfo import ZoneInfo

import pytest

from config.zone import shop_zone


@pytest.fixture(autouse=True)
def _no_file(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SHOP_TIMEZONE", raising=False)


def test_shops_are_in_china_unless_said_otherwise():
    assert shop_zone() == ZoneInfo("Asia/Shanghai")


def test_another_zone_may_be_named(monkeypatch):
    monkeypatch.setenv("SHOP_TIMEZONE", "Asia/Urumqi")
    assert shop_zone() == ZoneInfo("Asia/Urumqi")


@pytest.mark.parametrize("name", ["Asia/Nowhere", "Asia", "../../etc/passwd", "/etc/localtime", "x\x7f", "北京"])
def test_what_is_no_zone_is_refused_by_name(monkeypatch, name):
    monkeypatch.setenv("SHOP_TIMEZONE", name)
    with pytest.raises(SystemExit, match="SHOP_TIMEZONE"):
        shop_zone()
