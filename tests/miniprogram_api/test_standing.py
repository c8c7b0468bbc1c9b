import pytest

from backend import points, tiers
from backend.points import Source
from tests.factories.members import make_member
from tests.factories.tiers import YEAR, definition, noon, publish_book, tier
from tests.miniprogram_api.conftest import member_client
from tests.support.clocks import MORNING

GIVES = {
    "price": 9_250,
    "multiplier": 15_000,
    "birthday_gift_points": 500,
    "parking_minutes": 120,
    "free_shipping": True,
    "early_access_hours": 24,
    "priority_service": True,
    "shopper_visits": 2,
}
GOLDEN = {"any": [{"spent_in_a_day_fen": 80_000}, {"spent_fen": 200_000, "days": 30}]}
SILVER = {"any": [{"spent_fen": 50_000, "days": 30}, {"all": [{"growth": 900}, {"friends": 2}]}]}
BOOK = definition(
    tier("silver", SILVER, name="银卡", validity=YEAR, grace_days=30, benefits=GIVES), tier("gold", GOLDEN, name="金卡")
)


@pytest.fixture
def member_id(sessions):
    with sessions.write.begin() as session:
        return make_member(session).id


def my_tier(app, member_id):
    return member_client(app, member_id).get("/api/mp/v1/me").json["tier"]


def buy(session, member_id, fen, number=1):
    account = points.lock(session, member_id, now=MORNING)
    source, on = Source("purchase", number), noon("2026-03-01").date()
    tiers.count_purchase(session, account, spent_fen=fen, counts_on=on, source=source, now=MORNING)


def test_a_newcomer_sees_the_way_up(app, member_id):
    shown = my_tier(app, member_id)
    assert (shown["code"], shown["since_on"], shown["valid_through"], shown["grace_through"]) == (
        "basic",
        "2026-03-01",
        None,
        None,
    )
    assert (shown["next"], shown["missing"]) == ({"code": "silver", "name": "银卡", "growth": 2_000}, 2_000)
    need = {"kind": "growth", "missing": 2_000, "from_day": None, "until_day": None, "words": "再得2000成长值"}
    assert shown["ways"] == [[need]]
    assert shown["benefits"]["words"] == []


def test_every_way_to_the_next_tier_is_shown_with_what_is_missing(app, sessions, member_id):
    with sessions.write.begin() as session:
        publish_book(session, BOOK, at=MORNING)
        buy(session, member_id, 20_000)
    shown = my_tier(app, member_id)
    assert [[need["words"] for need in way] for way in shown["ways"]] == [
        ["再消费¥300.00"],
        ["再得700成长值", "再有2位好友消费"],
    ]
    assert (shown["ways"][0][0]["from_day"], shown["ways"][0][0]["until_day"]) == ("2026-01-31", "2026-03-01")
    assert (shown["next"]["growth"], shown["missing"]) == (None, 0)


def test_a_tier_shows_until_when_and_what_it_gives(app, sessions, member_id):
    with sessions.write.begin() as session:
        publish_book(session, BOOK, at=MORNING)
        buy(session, member_id, 60_000)
    shown = my_tier(app, member_id)
    assert (shown["code"], shown["valid_through"], shown["grace_through"]) == ("silver", "2027-03-01", "2027-03-31")
    assert shown["benefits"] == GIVES | {
        "words": [
            "92.5折",
            "1.5倍积分",
            "生日礼500积分",
            "免费停车120分钟",
            "免运费",
            "提前24小时选购",
            "优先服务",
            "专属导购2次",
        ]
    }
    assert [[need["words"] for need in way] for way in shown["ways"]] == [["单日再消费¥200.00"], ["再消费¥1400.00"]]


def test_the_top_has_nothing_above(app, sessions, member_id):
    with sessions.write.begin() as session:
        publish_book(session, BOOK, at=MORNING)
        buy(session, member_id, 80_000)
    shown = my_tier(app, member_id)
    assert (shown["code"], shown["next"], shown["missing"], shown["ways"]) == ("gold", None, 0, [])
