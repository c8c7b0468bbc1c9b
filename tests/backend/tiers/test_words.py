import pytest

from backend.tiers.book import Benefits
from backend.tiers.conditions import Need
from backend.tiers.words import benefits_words, need_words, way_words, ways_words

NAMES = {"silver": "银卡"}


@pytest.mark.parametrize(
    ("need", "words"),
    [
        (Need("spent", 100_000, 67_955), "再消费¥320.45"),
        (Need("spent-in-a-day", 80_000, 0), "单日消费¥800.00"),
        (Need("spent-in-a-day", 80_000, 30_000), "单日再消费¥500.00"),
        (Need("purchases", 5, 3), "再消费2次"),
        (Need("growth", 2_000, 500), "再得1500成长值"),
        (Need("friends", 3, 1), "再有2位好友消费"),
        (Need("friends", 3, 1, tier="silver"), "再有2位好友成为银卡会员"),
        (Need("paid-membership", 1, 0), "开通付费会员"),
    ],
)
def test_each_need_has_its_words(need, words):
    assert need_words(need, NAMES) == words


def test_ways_are_joined():
    way = (Need("growth", 2, 0), Need("purchases", 2, 1))
    assert way_words(way, NAMES) == "再得2成长值并再消费1次"
    assert ways_words([way, way[:1]], NAMES) == "再得2成长值并再消费1次或再得2成长值"


@pytest.mark.parametrize(
    ("price", "words"), [(9_500, "95折"), (9_000, "9折"), (9_250, "92.5折"), (8_888, "88.88折"), (500, "0.5折")]
)
def test_prices_are_said_as_shops_say_them(price, words):
    assert benefits_words(Benefits(price=price)) == [words]


@pytest.mark.parametrize(
    ("multiplier", "words"), [(15_000, "1.5倍积分"), (20_000, "2倍积分"), (12_345, "1.2345倍积分")]
)
def test_multipliers_are_said_as_times(multiplier, words):
    assert benefits_words(Benefits(multiplier=multiplier)) == [words]


def test_what_a_tier_does_not_give_is_not_named():
    assert benefits_words(Benefits()) == []
