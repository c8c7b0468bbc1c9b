import json
from hashlib import sha256

import pytest

from backend.addresses.errors import RegionRefused, RegionUnknown
from backend.addresses.regions import DATA, LEVELS, Region, names_of, regions

CHECKSUM = "449ed60f0ccd0a689c9a2e32a844d5ca9fdfb7b153f0f75d93a9c2c966892a53"


def test_the_data_is_what_was_taken():
    assert sha256(DATA.read_bytes()).hexdigest() == CHECKSUM


def test_the_country_has_34_provinces():
    found = regions()
    assert len(found) == 34
    assert found[0] == Region("110000", "北京市")
    assert [one.code for one in found] == sorted(one.code for one in found)


def test_what_lies_in_a_region():
    assert Region("440300", "深圳市") in regions("440000")
    assert Region("440305", "南山区") in regions("440300")
    assert regions("440305") == ()


def test_every_region_is_reached_once_and_none_holds_more_than_a_page():
    reached, waiting = [], [None]
    while waiting:
        found = regions(waiting.pop())
        assert len(found) <= 100
        reached += found
        waiting += [one.code for one in found]
    lists = json.loads(DATA.read_text(encoding="utf-8"))
    assert {one.code: one.name for one in reached} == {
        code: name for one in LEVELS for code, name in lists[one].items()
    }
    assert len(reached) == 34 + 369 + 3479


def test_every_city_has_districts():
    cities = [city for province in regions() for city in regions(province.code)]
    assert all(regions(city.code) for city in cities)


@pytest.mark.parametrize("code", ["", "44", "999999", "4403000", "４４０３００"])
def test_unknown_region(code):
    with pytest.raises(RegionUnknown):
        regions(code)


def test_names_of_a_path():
    assert names_of("440000", "440300", "440305") == ("广东省", "深圳市", "南山区")


@pytest.mark.parametrize(
    "path",
    [
        ("440000", "440300", "440106"),
        ("440000", "440100", "440305"),
        ("450000", "440300", "440305"),
        ("440000", "440000", "440305"),
        ("440000", "440305", "440305"),
        ("440300", "440305", "440305"),
        ("440000", "440300", "440399"),
        ("", "440000", "440300"),
    ],
)
def test_what_is_no_path(path):
    with pytest.raises(RegionRefused):
        names_of(*path)
