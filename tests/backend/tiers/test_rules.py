import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.tiers.rules import TIERS, next_tier, tier_at, tier_of

GROWTH = st.integers(-1000, 200_000)


@pytest.mark.parametrize(
    ("growth", "code"),
    [
        (-5, "basic"),
        (0, "basic"),
        (1_999, "basic"),
        (2_000, "silver"),
        (9_999, "silver"),
        (10_000, "gold"),
        (49_999, "gold"),
        (50_000, "diamond"),
    ],
)
def test_a_value_equal_to_the_threshold_qualifies(growth, code):
    assert tier_at(growth).code == code


@given(GROWTH, GROWTH)
def test_more_growth_never_gives_a_lower_tier(one, other):
    assert tier_at(min(one, other)).growth <= tier_at(max(one, other)).growth


def test_tiers_rise_and_give_more_each():
    assert [tier.name for tier in TIERS] == ["普通", "银卡", "金卡", "钻石"]
    assert [tier.multiplier for tier in TIERS] == sorted({tier.multiplier for tier in TIERS})
    assert [tier.price for tier in TIERS] == sorted({tier.price for tier in TIERS}, reverse=True)


def test_the_next_tier():
    assert next_tier(tier_of("silver")) == tier_of("gold")
    assert next_tier(tier_of("diamond")) is None


def test_an_unknown_tier_is_no_tier():
    with pytest.raises(LookupError):
        tier_of("platinum")
