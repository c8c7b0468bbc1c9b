"""The demo's stores, what their counters sell, and what the points mall offers. All names are made up."""

from dataclasses import dataclass
from typing import Final

from backend.mall import Offer
from backend.stores import Role


@dataclass(frozen=True)
class Goods:
    """Something a counter sells, at a price in fen."""

    sku: str
    name: str
    price_fen: int


@dataclass(frozen=True)
class CounterPlan:
    """A counter of one brand in one store."""

    store_code: str
    code: str
    brand_code: str
    brand_name: str
    category: str
    goods: tuple[Goods, ...]


STORES: Final = {"HQ": "百汇百货人民广场店", "PD": "百汇百货浦东店", "XH": "百汇购物中心徐汇店"}


def _counter(store_code: str, code: str, brand: tuple[str, str], category: str, **goods: int) -> CounterPlan:
    sold = tuple(
        Goods(f"{brand[0]}-{number:02d}", name, yuan * 100)
        for number, (name, yuan) in enumerate(goods.items(), start=1)
    )
    return CounterPlan(store_code, code, *brand, category, sold)


COUNTERS: Final = (
    _counter("HQ", "1F-01", ("ZHAOLU", "朝露"), "美妆", 保湿面霜=468, 精华露=899, 口红=239),
    _counter("HQ", "1F-02", ("YINXING", "银杏珠宝"), "珠宝", 珍珠项链=3280, 金饰吊坠=5680, 银手镯=980),
    _counter("HQ", "2F-01", ("SUSE", "素色"), "女装", 羊毛大衣=1899, 针织衫=599, 连衣裙=799),
    _counter("HQ", "3F-01", ("YUANSHAN", "远山"), "男装", 商务衬衫=459, 休闲夹克=1099, 西裤=569),
    _counter("HQ", "B1-01", ("XIAOMAN", "小满"), "餐饮", 双人套餐=198, 下午茶=128, 家庭套餐=388),
    _counter("PD", "1F-01", ("HAITANG", "海棠"), "美妆", 粉底液=420, 香水=760, 护手霜=98),
    _counter("PD", "2F-01", ("MUMIAN", "木棉"), "家居", 四件套=699, 羽绒被=1599, 浴巾=159),
    _counter("PD", "3F-01", ("BEIJIGUANG", "北极光"), "运动", 跑步鞋=659, 冲锋衣=1299, 运动袜=49),
    _counter("PD", "B1-01", ("XIAOMAN", "小满"), "餐饮", 双人套餐=198, 下午茶=128, 家庭套餐=388),
    _counter("XH", "1F-01", ("SHIGUANG", "拾光"), "钟表", 机械腕表=4980, 石英腕表=1280, 表带=260),
    _counter("XH", "2F-01", ("QINGHE", "青禾"), "童装", 儿童羽绒服=629, 童鞋=299, 绘本套装=168),
    _counter("XH", "3F-01", ("BAILU", "白鹭"), "数码", 蓝牙耳机=899, 平板电脑=2999, 充电器=149),
)

STAFF: Final[tuple[tuple[str, str, Role], ...]] = (
    ("01", "王敏", "cashier"),
    ("02", "李强", "cashier"),
    ("11", "陈静", "guide"),
    ("12", "赵磊", "guide"),
)

_OFFERED: Final = (
    ("餐饮", "小满下午茶券", 300, "双人份，任一门店兑换", "凭取货码到门店服务台领取纸质券，有效期三个月。", 500),
    ("家居生活", "百汇帆布袋", 200, "限量设计款", "厚帆布，可机洗，38 × 42 厘米。", 300),
    ("卡券", "三小时停车券", 150, "当日有效", "到门店服务台登记车牌后使用。", 2000),
    ("美妆配饰", "海棠护手霜", 600, "50 毫升", "滋润不黏腻，四季可用。", 200),
    ("家居生活", "木棉浴巾", 1200, "纯棉，70 × 140 厘米", "颜色随机发放。", 120),
    ("家居生活", "绘本套装", 1500, "六册，适合三至六岁", "门店自提，拆封不退。", 80),
    ("数码", "蓝牙耳机", 8000, "颜色可选，数量有限", "到店凭取货码领取，享一年保修。", 20),
    ("美妆配饰", "银手镯", 12000, "金卡及以上会员的心头好", "附鉴定证书，到店领取。", 5),
)

ITEMS: Final = tuple(
    (Offer(title, points, subtitle, description, category=category, position=position), stock)
    for position, (category, title, points, subtitle, description, stock) in enumerate(_OFFERED, start=1)
)

NEW_ITEMS: Final = (
    (
        Offer(
            "满300减50优惠券",
            500,
            "兑换即到账",
            "全场商品可用，次日起15天内有效。",
            category="卡券",
            position=9,
            kind="coupon",
            coupon_template="spring-50",
        ),
        1000,
    ),
    (
        Offer(
            "白鹭充电器",
            2500,
            "30 瓦快充，可寄到家",
            "国内通用插头，附一米数据线。",
            category="数码",
            position=12,
            ways="both",
        ),
        60,
    ),
)
