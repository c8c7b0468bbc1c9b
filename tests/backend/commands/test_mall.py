import json
import os
import signal
import sys
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from backend import mall, stores
from backend.kit.calendar import shop_day
from backend.kit.db import run
from backend.mall.pool import LINES_A_SLICE
from backend.mall.virtual import VirtualCode
from tests.factories.addresses import make_address
from tests.factories.mall import make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.programs import run_program

LONG_AGO = MORNING - timedelta(days=7)
PATH = {"PATH": os.environ["PATH"]}
CUP = ("mall", "add-item", "陶瓷杯", "--points", 300, "--stock", 5)


@pytest.fixture
def cup(answer):
    return answer(*CUP)["id"]


def test_added_item_is_on_offer(answer):
    made = answer(*CUP, "--subtitle", "景德镇手工", "--description", "釉下彩", "--position", 2)
    expected = {"kind": "goods", "title": "陶瓷杯", "points": 300, "money_fen": 0, "stock": 5}
    expected |= {"status": "on", "position": 2}
    assert made == {"id": made["id"], **expected}
    assert answer("mall", "list") == [made]


def test_added_item_has_its_texts(answer, sessions):
    url = "https://shop.example/cup.png"
    answer(*CUP, "--subtitle", "景德镇手工", "--description", "釉下彩", "--picture-url", url)
    with sessions.read() as session:
        row = session.execute(text("SELECT subtitle, description, picture_url FROM mall_items")).one()
    assert tuple(row) == ("景德镇手工", "釉下彩", url)


@pytest.mark.parametrize(
    "parts",
    [("杯", "--points", 0, "--stock", 1), ("杯", "--points", 1, "--stock", -1), ("", "--points", 1, "--stock", 1)],
)
def test_impossible_item_is_refused(flask, parts):
    result = flask("mall", "add-item", *parts)
    assert result.exit_code == 1
    assert "(mall.offer-refused)" in result.stderr
    assert flask("mall", "list").stdout == "The mall has no items yet.\n"


def test_price_and_stock_must_be_said(flask):
    assert flask("mall", "add-item", "杯").exit_code == 2


def test_stock_is_adjusted_both_ways_but_not_below_nothing(answer, flask, cup):
    assert flask("mall", "adjust-stock", cup, "--by", 3).stdout == f"The stock of {cup} has changed by 3.\n"
    assert flask("mall", "adjust-stock", cup, "--by", -8).exit_code == 0
    result = flask("mall", "adjust-stock", cup, "--by", -1)
    assert result.exit_code == 1
    assert "(mall.stock-too-low)" in result.stderr
    assert answer("mall", "list")[0]["stock"] == 0


def test_item_is_taken_off_and_put_on_and_listed_all_the_time(answer, flask, cup):
    for command, status in (("take-off", "off"), ("put-on", "on")):
        assert flask("mall", command, cup).stdout == f"{cup} is {status}.\n"
        assert [item["status"] for item in answer("mall", "list")] == [status]


@pytest.mark.parametrize("command", [("adjust-stock", "--by", 1), ("take-off",), ("put-on",)], ids=lambda one: one[0])
def test_unknown_item(flask, command):
    name, *rest = command
    result = flask("mall", name, 404, *rest)
    assert result.exit_code == 1
    assert "(mall.item-unknown)" in result.stderr


def test_sound_stocks(flask, cup):
    result = flask("mall", "verify")
    assert (result.exit_code, result.stdout) == (0, "All stocks and payments agree with their orders.\n")


def test_stock_that_disagrees_is_named_and_the_exit_code_is_1(flask, sessions, cup):
    with sessions.write.begin() as session:
        session.execute(text("UPDATE mall_stocks SET stock = 4"))
    result = flask("mall", "verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [{"what": f"stock of {cup} at 0", "is": 4, "should_be": 5}]


def test_money_is_shown_by_store_and_day_and_verified(answer, flask, sessions, rng):
    flask("stores", "create", "SH01", "南京东路店")
    with sessions.write.begin() as session:
        item, member_id = make_item(session, money_fen=1_250), make_member(session).id
        session.flush()
        shop = stores.store_by_code(session, "SH01")
        order = mall.exchange(session, member_id, {item.id: 1}, store_id=shop.id, rng=rng, now=MORNING)
        mall.pick_up(session, code=order.pickup_code, store_id=shop.id, paid_fen=1_250, now=MORNING)
    on = ("--since", "2026-03-01", "--until", "2026-03-02")
    assert answer("mall", "takings", *on) == [
        {"day": "2026-03-01", "store": "SH01", "taken_fen": 1_250, "handed_back_fen": 0}
    ]
    with sessions.write.begin() as session:
        session.execute(text("DELETE FROM mall_payments"))
    assert flask("mall", "takings", *on).stdout == "No money was taken.\n"
    result = flask("mall", "verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [{"what": f"fen paid for {order.no}", "is": 0, "should_be": 1_250}]


def test_a_pre_order_is_put_on_offer(answer, flask, sessions):
    window = ("--off-at", "2026-04-01", "--pick-up-from", "2026-05-01", "--pick-up-until", "2026-05-08")
    refused = flask(*CUP, "--deposit", 300, *window)
    assert "(mall.offer-refused)" in refused.stderr
    made = answer(*CUP, "--deposit", 50, "--money", 900, *window)
    with sessions.read() as session:
        item = session.get_one(mall.Item, int(made["id"]))
        assert (item.deposit_points, item.money_fen, shop_day(item.pick_up_until).isoformat()) == (
            50,
            900,
            "2026-05-08",
        )


def test_a_store_is_given_stock_of_its_own(answer, flask, cup):
    flask("stores", "create", "SH01", "南京东路店")
    assert flask("mall", "adjust-stock", cup, "--by", 2, "--store", "SH01", "--low-at", 1).exit_code == 0
    assert answer("mall", "stocks", cup) == [
        {"store": None, "stock": 5, "stocked": 5, "low_at": None},
        {"store": "SH01", "stock": 2, "stocked": 2, "low_at": 1},
    ]
    assert answer("mall", "list")[0]["stock"] == 7
    assert "(stores.unknown)" in flask("mall", "adjust-stock", cup, "--by", 2, "--store", "SH09").stderr


def test_an_item_is_kept_as_a_draft_on_terms_and_said_anew(answer, flask, sessions):
    terms = ("--tier-points", "gold=280", "--limit", 2, "--limit-days", 30, "--off-at", "2026-04-01T00:00")
    made = answer(*CUP, "--draft", "--category", "家居", *terms)
    assert made["status"] == "draft"
    changed = answer("mall", "change-item", made["id"], "骨瓷盘", "--points", 250, *terms)
    assert (changed["title"], changed["points"], changed["stock"]) == ("骨瓷盘", 250, 5)
    assert flask(*CUP, "--tier-points", "gold").exit_code == 2


def test_what_needs_an_eye_is_listed(answer, flask, cup):
    assert flask("mall", "warnings").stdout == "Nothing to be warned of.\n"
    flask("mall", "adjust-stock", cup, "--by", 0, "--low-at", 5)
    (warning,) = answer("mall", "warnings")
    assert warning == {"what": "low-stock", "no": cup, "title": "陶瓷杯", "left": 5, "store": None, "until": None}


def test_what_was_not_sent_is_listed_with_its_day(answer, sessions, rng):
    def send(session):
        item, member_id = make_item(session, ways="shipping"), make_member(session).id
        to = make_address(session, member_id).id
        return mall.exchange_to_ship(session, member_id, {item.id: 1}, address_id=to, rng=rng, now=LONG_AGO).no

    late = {"what": "not-shipped", "no": run(sessions.write, send), "title": "陶瓷杯", "left": None, "store": None}
    assert answer("mall", "warnings") == [late | {"until": "2026-02-25T00:00:00+08:00"}]


def test_codes_are_imported_from_a_file_once(answer, flask, cup, tmp_path):
    card = answer("mall", "add-item", "月卡", "--points", 9, "--stock", 0, "--kind", "virtual")["id"]
    file, wrong = tmp_path / "codes.csv", tmp_path / "codes.txt"
    file.write_text("A-1,备注\n\nA-2\nA-1\n", encoding="utf-8-sig")
    wrong.write_bytes(b"\xff\xfe\x00")
    told = {"added": 2, "known": [4], "faulty": []}
    assert answer("mall", "import-codes", card, file, "--dry-run") == told
    assert answer("mall", "import-codes", card, file) == told
    assert answer("mall", "import-codes", card, file) == {"added": 0, "known": [1, 3, 4], "faulty": []}
    assert flask("mall", "import-codes", card, wrong).exit_code == 2
    assert "(mall.codes-refused)" in flask("mall", "import-codes", cup, file).stderr
    assert flask("mall", "verify").exit_code == 0


@pytest.mark.parametrize("engine", ["mariadb"], indirect=True)
def test_an_import_that_is_killed_and_repeated_adds_every_code_once(engine, answer, flask, sessions, tmp_path):
    card = int(answer("mall", "add-item", "月卡", "--points", 9, "--stock", 0, "--kind", "virtual")["id"])
    file, size = tmp_path / "codes.txt", 2 * LINES_A_SLICE + 9
    file.write_text("\n".join(f"CODE-{number}" for number in range(size)))
    url = engine.url.render_as_string(hide_password=False)
    points = "after:1,before:2"  # the second finds what the first has added, and adds nothing
    dying = ("-m", "tests.backend.commands.dying", url, points, "mall", "import-codes", card, file)
    assert run_program(sys.executable, *dying, env=PATH).stdout.split() == [str(signal.SIGKILL.value)] * 2
    with sessions.read() as session:
        assert mall.stocks_of(session, card)[mall.CENTRAL].stock == LINES_A_SLICE
    added = answer("mall", "import-codes", card, file)
    assert (added["added"], added["known"]) == (size - LINES_A_SLICE, list(range(1, LINES_A_SLICE + 1)))
    with sessions.read() as session:
        kept = select(func.count(), func.count(VirtualCode.digest.distinct()))
        assert tuple(session.execute(kept).one()) == (size, size)
        assert mall.stocks_of(session, card)[mall.CENTRAL].stock == size
    assert flask("mall", "verify").exit_code == 0
