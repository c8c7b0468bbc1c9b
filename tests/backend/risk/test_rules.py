from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.risk import rules
from backend.risk.rules import Weight

DEVICE = Weight("shared-device", at=3, weight=40, each=10, most=70)
QUICK = Weight("quick-purchase", at=10, weight=15, each=0, most=15)


@pytest.mark.parametrize(
    ("weight", "value", "weighs"),
    [
        (DEVICE, 2, 0),
        (DEVICE, 3, 40),
        (DEVICE, 5, 60),
        (DEVICE, 99, 70),
        (QUICK, 11, 0),
        (QUICK, 10, 15),
        (QUICK, 0, 15),
    ],
)
def test_a_signal_weighs_from_its_threshold_on(weight, value, weighs):
    assert rules.weighed(weight, value) == weighs


def test_a_score_tells_its_reasons_the_heaviest_first():
    found = rules.assess({"shared-device": 4, "quick-purchase": 2, "shared-ip": 99}, [QUICK, DEVICE])
    assert (found.score, [one.words for one in found.reasons]) == (
        65,
        ["同一设备上注册了 4 位会员", "入会后 2 分钟即消费"],
    )


@given(st.dictionaries(st.sampled_from(get_args(rules.Code)), st.integers(0, 500)), st.permutations([DEVICE, QUICK]))
def test_a_score_is_within_its_bounds_and_does_not_depend_on_the_order(evidence, weights):
    found = rules.assess(evidence, weights)
    assert 0 <= found.score <= 100
    assert found == rules.assess(dict(reversed(evidence.items())), weights[::-1])


@given(st.integers(0, 200), st.integers(0, 200))
def test_more_of_a_signal_never_weighs_less(one, other):
    low, high = sorted((one, other))
    assert rules.weighed(DEVICE, low) <= rules.weighed(DEVICE, high)
    assert rules.weighed(QUICK, low) >= rules.weighed(QUICK, high)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::/48"),
        ("", None),
        ("unknown", None),
        ("203.0.113.256", None),
    ],
)
def test_a_network_is_that_of_its_addresses(address, network):
    assert rules.network(address) == network


def test_what_is_not_known_is_no_signal():
    assert rules.signals_of(device=None, address=None, phone=None) == []
    seen = rules.signals_of(device="d", address="203.0.113.7", phone="13812345678")
    assert seen == [("device", "d"), ("ip", "203.0.113.7"), ("net", "203.0.113.0/24"), ("phone", "1381234")]


def test_every_signal_has_words():
    assert set(rules.WORDS) == set(get_args(rules.Code))
