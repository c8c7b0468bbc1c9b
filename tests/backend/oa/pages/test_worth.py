import pytest
from pydantic import TypeAdapter

from backend.coupons import Worth
from backend.oa.pages.worth import short_yuan, worth_words

WORTH = TypeAdapter(Worth)


@pytest.mark.parametrize(
    ("worth", "words"),
    [
        ({"kind": "cash-off", "off_fen": 5_000, "threshold_fen": 30_000}, ("¥50", "满300可用")),
        ({"kind": "cash-off", "off_fen": 4_990}, ("¥49.90", "无门槛")),
        ({"kind": "cash-off", "off_fen": 5_000, "threshold_fen": 30_000, "every": True}, ("¥50", "每满300可用")),
        ({"kind": "percent-off", "price": 8_500}, ("8.5折", "无门槛")),
        ({"kind": "percent-off", "price": 8_000, "threshold_fen": 10_050}, ("8折", "满100.50可用")),
        ({"kind": "percent-off", "price": 8_888}, ("8.888折", "无门槛")),
        ({"kind": "percent-off", "price": 500}, ("0.5折", "无门槛")),
        ({"kind": "fixed-price", "price_fen": 990}, ("¥9.90", "一口价")),
        ({"kind": "gift", "what": "下午茶"}, ("兑换", "下午茶")),
        ({"kind": "service", "what": "改裤脚"}, ("服务", "改裤脚")),
        ({"kind": "parking", "minutes": 120}, ("2小时", "停车")),
        ({"kind": "parking", "minutes": 90}, ("90分钟", "停车")),
        ({"kind": "shipping"}, ("包邮", "运费券")),
        ({"kind": "shipping", "most_fen": 1_200}, ("¥12", "运费券")),
    ],
)
def test_words(worth, words):
    assert worth_words(WORTH.validate_python(worth)) == words


def test_yuan_without_fen_is_short():
    assert (short_yuan(100), short_yuan(105)) == ("¥1", "¥1.05")
