from backend.messaging.gifts import gift_words


def test_a_coupon_is_named_and_without_one_nothing_is_promised():
    assert (gift_words("满100减20"), gift_words(None)) == ("「满100减20」已放入卡包", "到店逛逛，惊喜等您")
