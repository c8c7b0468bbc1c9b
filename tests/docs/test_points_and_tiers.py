"""docs/points-and-tiers.md comes true: each of its tables is played through the real services, with its own numbers."""

from datetime import timedelta

import pytest

from backend import points
from backend.kit.calendar import day_end
from tests.docs.page import NOTHING, fen, instant, sections
from tests.docs.shop import Shop

TICK = timedelta(microseconds=1)
PAGE = sections("docs/points-and-tiers.md")
STORIES = [title for title, section in PAGE.items() if "what happens" in section.rows[0]]
EARNING = [title for title, section in PAGE.items() if {"buys for", "earned"} <= section.rows[0].keys()]
EXPIRY, REFUNDS = "How long points are good", "However a refund is cut up"


def test_every_table_is_played():
    assert {*STORIES, *EARNING, EXPIRY, REFUNDS} == PAGE.keys()


@pytest.mark.parametrize("title", STORIES)
def test_story(session, title):
    shop = Shop(session, PAGE[title])
    for row in PAGE[title].rows:
        seen = shop.play(row)
        told = {column: words for column, words in row.items() if column not in {"day", "who", "what happens"}}
        assert {column: seen[column] for column in told} == told, row


@pytest.mark.parametrize("title", EARNING)
def test_what_is_earned(session, title):
    shops = {}
    for number, row in enumerate(PAGE[title].rows):
        stacking, tier = row.get("stacking", "best"), row.get("tier", "basic")
        if stacking not in shops:
            shops[stacking] = Shop(session, PAGE[title], stacking=stacking)
        # who is not named buys day by day where a cap counts, and is somebody new where tiers or rules are compared
        who = row.get("who", "Anna" if "brand" in row else f"{number}")
        buyer = shops[stacking].person(who, tier=tier)
        now = instant(row.get("day", "3 March"))
        sold = shops[stacking].buy(buyer, fen(row["buys for"]), now, brand=row.get("brand"))
        assert str(sold.points_earned) == row["earned"], row


@pytest.mark.parametrize("row", PAGE[EXPIRY].rows, ids=lambda row: f"{row['rule']}, {row['earned on']}")
def test_how_long_points_are_good(session, row):
    earned_at = instant(row["earned on"])
    account = points.lock(session, Shop(session, PAGE[EXPIRY]).person("Anna"), now=earned_at)
    months, *_ = row["rule"].split(" month")
    named = {"never": points.Expiry("never"), "end of next year": points.Expiry("year-end")}
    expiry = named.get(row["rule"]) or points.Expiry("months", int(months))
    points.credit(session, account, 70, source=points.Source("manual", 1), now=earned_at, expiry=expiry)
    session.flush()  # it is looked at
    if row["last good day"] == NOTHING:
        assert points.summary(session, account.member_id, now=instant("1 January 2100")).available == 70
        return
    over = day_end(instant(row["last good day"]).date())
    assert points.summary(session, account.member_id, now=over - TICK).available == 70
    assert points.summary(session, account.member_id, now=over).available == 0


@pytest.mark.parametrize("row", PAGE[REFUNDS].rows, ids=lambda row: row["returns"])
def test_refunds_are_cut_up(session, row):
    shop, now = Shop(session, PAGE[REFUNDS]), instant("3 March")
    buyer = shop.person("Anna")
    shop.buy(buyer, fen("¥100"), now)
    taken = [shop.give_back(buyer, fen(part), now).points_taken for part in row["returns"].split(", ")]
    assert ", ".join(map(str, taken)) == row["taken back"]
    assert str(sum(taken)) == row["in all"]
