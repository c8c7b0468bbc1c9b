import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.wechat import fit, fits, kind_of
from backend.wechat.fields import KINDS

KEYS = st.sampled_from([f"{kind}{number}" for kind in KINDS for number in (1, 12)])
CHINESE = st.text(st.sampled_from("会员积分到账通知，。!?-—AZaz09 +¥元年月日:~\n\t🎉\u200d\ufe0f"), max_size=60)


@given(key=KEYS, value=st.one_of(st.text(), CHINESE))
def test_what_was_fitted_fits(key: str, value: str):
    assert fits(key, fit(key, value))


@given(key=KEYS, value=st.one_of(st.text(), CHINESE))
def test_fitting_again_changes_nothing(key: str, value: str):
    once = fit(key, value)
    assert fit(key, once) == once


@pytest.mark.parametrize("kind", KINDS)
def test_blanks_fit(kind: str):
    assert fits(f"{kind}1", KINDS[kind].blank)
    assert not fits(f"{kind}1", "")


@pytest.mark.parametrize(
    ("key", "kind"), [("thing1", "thing"), ("short_thing12", "short_thing"), ("character_string3", "character_string")]
)
def test_kind_of_a_key(key: str, kind: str):
    assert kind_of(key) == kind


@pytest.mark.parametrize("key", ["first", "remark", "const1", "thing", "keyword1", "1thing", "", "thing1x"])
def test_dead_and_misspelt_keys_are_refused(key: str):
    with pytest.raises(ValueError, match="no field"):
        kind_of(key)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "一二三四五六七八九十一二三四五六七八九十"),
        ("short_thing1", "银卡会员卡"),
        ("character_string1", "B2026-0301/7"),
        ("number1", "120"),
        ("number1", "-3.50"),
        ("letter1", "VIP"),
        ("symbol1", "★!"),
        ("time1", "15:01"),
        ("time1", "2019年10月1日 15:01"),
        ("time1", "2025-11-29 10:00:00~2025-11-29 12:00:00"),
        ("time1", "2025-11-29 10:00:00~12:00:00"),
        ("date1", "2019年10月1日"),
        ("amount1", "¥1280.50"),
        ("amount1", "1280.5元"),
        ("phone_number1", "138****1234"),
        ("name1", "欧阳娜娜"),
        ("name1", "Smith, J."),
        ("phrase1", "金卡会员"),
        ("car_number1", "沪AD12345"),
    ],
)
def test_accepted_and_left_as_they_are(key: str, value: str):
    assert fits(key, value)
    assert fit(key, value) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "一二三四五六七八九十一二三四五六七八九十一"),
        ("thing1", "一\n二"),
        ("thing1", "   "),
        ("short_thing1", "一二三四五六"),
        ("character_string1", "订单7"),
        ("character_string1", "x" * 33),
        ("number1", "一百"),
        ("number1", "1" * 33),
        ("letter1", "V1"),
        ("symbol1", "!!!!!!"),
        ("time1", "25:00"),
        ("time1", "tomorrow"),
        ("date1", "2019年13月1日"),
        ("amount1", "¥12345678901"),
        ("amount1", "¥¥1"),
        ("phone_number1", "123456789012345678"),
        ("name1", "一二三四五六七八九十一"),
        ("name1", "张3"),
        ("phrase1", "VIP会员"),
        ("phrase1", "金卡会员生日"),
        ("car_number1", "沪AD1234567"),
    ],
)
def test_refused(key: str, value: str):
    assert not fits(key, value)


@pytest.mark.parametrize(
    ("key", "value", "fitted"),
    [
        ("thing1", "双十一全场满三百减一百五十元活动开始啦快来", "双十一全场满三百减一百五十元活动开始啦…"),
        ("thing1", "", "—"),
        ("thing1", " \n ", "—"),
        ("thing1", "第一行\n第二行", "第一行 第二行"),
        ("thing1", "生日快乐🎂👨‍👩‍👧！", "生日快乐！"),
        ("short_thing1", "超级钻石会员", "超级钻石…"),
        ("character_string1", "订单A7", "A7"),
        ("character_string1", "订单", "-"),
        ("phrase1", "VIP金卡", "金卡"),
        ("phrase1", "VIP", "无"),
        ("name1", "张三3", "张三"),
        ("amount1", "1,280.50", "1280.50"),
        ("amount1", "很多", "0元"),
        ("number1", "12 分", "12"),
        ("number1", "1,280", "1280"),
        ("number1", "12a34", "0"),
        ("car_number1", "沪A·D1234", "沪AD1234"),
        ("phone_number1", "", "0"),
    ],
)
def test_made_to_fit(key: str, value: str, fitted: str):
    assert fit(key, value) == fitted
