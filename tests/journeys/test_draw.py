"""A draw from its draft to the proof that it was fair, through every door that it has."""

import json

import pytest
from sqlalchemy import select

from backend.messaging.models import Message
from tests.factories.draws import AFTERWARDS, BEFORE, definition, goods
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.purchases import till_body
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.till import open_till

DRAWS = "/api/mp/v1/draws"


@pytest.fixture
def answer(app):
    """What a command answers in JSON; it must succeed."""

    def ask(*arguments):
        done = app.test_cli_runner().invoke(args=["lottery", *map(str, arguments), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return ask


@pytest.fixture
def member_id(sessions):
    with sessions.write.begin() as session:
        make_operator(session, "anna")
        return make_member(session).id


def test_a_purchase_gives_a_ticket_that_wins_a_prize_that_is_handed_over_and_proven(
    app, sessions, clock, answer, member_id, tmp_path
):
    rules = {"purchase": {"min_fen": 10_000, "tickets": 1}}
    said = definition(goods(stock=1), code="anniversary", cost={"kind": "ticket"}, tickets=rules)
    (tmp_path / "draw.json").write_text(json.dumps(said), "utf-8")
    clock.set(BEFORE)
    answer("draft", tmp_path / "draw.json", "--by", "anna")
    commitment = answer("publish", "anniversary", "--by", "anna")["commitment"]

    clock.set(MORNING)
    till, phone = open_till(app), member_client(app, member_id)
    assert till.post("/purchases", till_body(12_000, member_id=str(member_id))).status_code == 201
    (draw,) = phone.get(DRAWS).json["items"]
    assert (draw["phase"], draw["commitment"], draw["mine"]["tickets"]) == ("open", commitment, 1)

    won = phone.post(f"{DRAWS}/{draw['id']}/plays").json
    assert won["prize"]["name"] == "咖啡壶"
    assert phone.post(f"{DRAWS}/{draw['id']}/plays").json["code"] == "lottery.no-ticket"
    with sessions.read() as session:
        told = session.scalars(select(Message).where(Message.template == "draw_won")).one()
    assert told.words["pickup_code"] == won["pickup_code"]
    assert till.post("/draws/wins/hand-out", {"code": won["pickup_code"]}).json["prize_name"] == "咖啡壶"
    assert phone.get(f"{DRAWS}/wins").json["items"] == []

    clock.set(AFTERWARDS)
    assert answer("verify", "anniversary") == []
    shown = member_client(app, member_id).get(f"{DRAWS}/{draw['id']}").json
    assert (shown["phase"], shown["seed"]) == ("closed", answer("show", "anniversary")["seed"])
