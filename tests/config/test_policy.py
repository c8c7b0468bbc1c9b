from itertools import pairwise

from config import policy

WHOLE = 10_000


def test_tiers_rise_with_growth_and_never_give_less():
    assert policy.TIERS[0].growth == 0
    for lower, higher in pairwise(policy.TIERS):
        assert lower.growth < higher.growth
        assert lower.multiplier <= higher.multiplier
        assert lower.price >= higher.price
    assert len({tier.code for tier in policy.TIERS}) == len(policy.TIERS)


def test_rates_are_whole_numbers_per_ten_thousand():
    for tier in policy.TIERS:
        assert type(tier.multiplier) is type(tier.price) is type(tier.growth) is int
        assert tier.multiplier >= WHOLE
        assert 0 < tier.price <= WHOLE


def test_a_card_code_outlives_the_difference_of_clocks():
    assert policy.CARD_CODE_GOOD_FOR > policy.CARD_CODE_CLOCK_DIFFERENCE
