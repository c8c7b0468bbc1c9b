from datetime import timedelta

import pytest

from backend import coupons, stores
from backend.coupons import DefinitionRefused
from tests.factories.coupons import make_definition, make_template
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

YESTERDAY = MORNING + timedelta(days=40)
GIFT = {"kind": "gift", "what": "帆布袋"}


def refused(session, definition, *, now=MORNING):
    with pytest.raises(DefinitionRefused) as caught:
        coupons.checked(session, "spring", definition, now=now)
    return caught.value.detail


def supply(**parts):
    return {"per_member": None} | parts


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"usable": {"hours": [["20:00", "08:00"]]}}, "跨零点的时段请分两段写"),
        ({"supply": supply(claim_until="2026-03-05T00:00:00+08:00")}, "只用于可领取"),
        ({"supply": supply(stock=5, stock_per_day=6)}, "不能大于 stock"),
        ({"supply": supply(claimable=True, claim_until="2026-04-02T00:00:00+08:00")}, "晚于有效期"),
        ({"stacking": {"others": ["spring"]}}, "不能写自己"),
        ({"stacking": {"same": 2}, "supply": {"per_member": {"most": 1}}}, "每人最多只有 1 张"),
        ({"stacking": {"same": 2}, "worth": GIFT}, "只用于满减"),
        ({"usable": {"weekdays": [1]}, "validity": {"first": "2026-03-03", "last": "2026-03-03"}}, "没有一天可用"),
        ({"usable": {"not_on": ["2026-03-03"]}, "validity": {"first": "2026-03-03", "last": "2026-03-03"}}, "没有一天"),
        ({"validity": {"first": "2026-02-01", "last": "2026-02-28"}}, "validity.last 已过"),
        ({"worth": {"kind": "gold"}}, "kind 须为"),
        ({"worth": {"kind": "percent-off", "price": 10_000}}, "须小于 10000"),
        ({"name": ""}, "name：不能为空"),
        ({"cost": {"bearer": "brand"}}, "由品牌承担时须填品牌"),
    ],
)
def test_what_contradicts_itself_is_told(session, parts, said):
    assert said in refused(session, make_definition(**parts))


def test_all_that_is_unknown_is_told_at_once(session):
    scope = {
        "stores": ["XX"],
        "goods": {"counters": ["1F-99"], "brands": ["NOBODY"]},
        "without": {"brands": ["NONE"]},
    }
    told = refused(
        session,
        make_definition(
            scope=scope,
            audience={"tiers": ["wood"]},
            stacking={"others": ["autumn"]},
            cost={"bearer": "brand", "brand": "ACME"},
        ),
    )
    for missing in ("门店 XX", "专柜 1F-99", "品牌 ACME", "品牌 NOBODY", "品牌 NONE", "等级 wood", "券模板 autumn"):
        assert f"没有{missing}" in told


def test_what_there_is_can_be_named(session):
    store = make_store(session)
    brand = stores.create_brand(session, code="ZHAOLU", name="朝露")
    session.flush()
    stores.create_counter(session, store.id, code="1F-01", name="朝露专柜", brand_id=brand.id)
    other = make_template(session)
    definition = make_definition(
        scope={"stores": [store.code], "goods": {"counters": ["1F-01"], "brands": ["ZHAOLU"]}},
        audience={"tiers": ["gold"]},
        stacking={"others": [other.code]},
        cost={"bearer": "brand", "brand": "ZHAOLU"},
    )
    session.flush()
    assert coupons.checked(session, "spring", definition, now=MORNING).cost.brand == "ZHAOLU"


def test_an_ended_template_is_not_named_any_more(session):
    other = make_template(session)
    coupons.end(session, other.code, by="coupon-writer", note="完", now=MORNING)
    assert f"没有券模板 {other.code}" in refused(session, make_definition(stacking={"others": [other.code]}))


def test_who_does_not_answer_in_kind_is_named(session):
    closed, open_to_all = make_template(session), make_template(session, stacking={"others": "any"})
    terms = coupons.checked(
        session, "spring", make_definition(stacking={"others": [closed.code, open_to_all.code]}), now=MORNING
    )
    assert coupons.one_sided(session, "spring", terms) == [closed.code]
