from config import policy


def test_a_card_code_outlives_the_difference_of_clocks():
    assert policy.CARD_CODE_GOOD_FOR > policy.CARD_CODE_CLOCK_DIFFERENCE
