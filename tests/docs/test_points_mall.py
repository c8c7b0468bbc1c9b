"""What docs/points-mall.md says is so: its commands run, its pre-order goes that way, its days are the policy's."""

import re
import shlex
from datetime import datetime, timedelta

import pytest

from backend import mall, points
from backend.kit.calendar import day_start
from config import policy
from tests.architecture.sources import ROOT
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.factories.stores import make_store

PAGE = (ROOT / "docs" / "points-mall.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^flask --app wsgi (mall add-item .+?[^\\])$", PAGE, re.MULTILINE | re.DOTALL)
STEPS = re.findall(r"^\| (2026-\d\d-\d\d) \| .+? \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
FUNDS = 1_000
BEFORE = datetime(2026, 2, 27, 12, tzinfo=policy.SHOP_ZONE)


def offer(app, command):
    words = shlex.split(command.replace("\\\n", " "), comments=True)
    result = app.test_cli_runner().invoke(args=words)
    assert result.exit_code == 0, result.output


def test_the_days_are_those_of_the_policy():
    assert f"by itself after {policy.RECEIVED_AFTER_DAYS} days" in PAGE
    assert f"{policy.BRING_BACK_WITHIN_DAYS} days after it was received" in PAGE
    assert f"nobody fetched it within {policy.PICK_UP_WITHIN_DAYS} days" in PAGE
    assert f"reminded {policy.PICK_UP_REMINDER_BEFORE.days} days ahead" in PAGE


def test_the_commands_put_on_offer_what_the_page_says(app, sessions):
    for command in COMMANDS:
        offer(app, command)
    with sessions.read() as session:
        found = {item.title: item for item in mall.all_items(session)}
    bag = found["帆布袋"]
    assert (bag.tier_points, bag.limit_pieces, bag.limit_days) == ({"gold": 160}, 2, 30)
    assert (found["节令礼盒"].points, found["节令礼盒"].deposit_points) == (600, 100)


def test_the_pre_order_goes_as_the_table_says(app, sessions, rng):
    offer(app, COMMANDS[1])
    with sessions.write() as session:
        store, member_id = make_store(session), make_member(session).id
        give_points(session, member_id, FUNDS - 100, now=BEFORE)  # and the gift of joining
        (item,) = mall.all_items(session)
        seen = []
        for day, *_ in STEPS:
            now = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=policy.SHOP_ZONE)
            if not seen:
                wish = {item.id: 1}
                order, other = (
                    mall.exchange(session, by, wish, store_id=store.id, rng=rng, now=now)
                    for by in (member_id, make_member(session).id)
                )
            elif len(seen) == 1:
                with pytest.raises(mall.PickUpTooEarly):
                    mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=now)
            elif len(seen) == 2:
                mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=now)
            else:
                member_id = other.member_id
                mall.lapse_due(session, other.id, now=day_start(now.date()))
            has = points.summary(session, member_id, now=now)
            funds = FUNDS if len(seen) < 3 else 100
            seen.append((day, str(has.held), str(funds - has.held - has.available)))
    assert seen == STEPS
    assert other.pick_up_by - order.pick_up_from == timedelta(days=15)
