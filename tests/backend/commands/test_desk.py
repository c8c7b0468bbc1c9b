from dataclasses import replace

import pytest

from backend import members
from backend.app import furnish
from backend.kit.db import run
from backend.wechat import OfficialAccount
from tests.factories.conversations import make_conversation
from tests.factories.members import make_follower, make_member
from tests.factories.operators import make_operator
from tests.support.phone import simulated_wechat
from tests.support.runtimes import OA


@pytest.fixture
def staff(sessions):
    with sessions.write.begin() as session:
        make_operator(session, "anna")
        make_operator(session, "chen")


@pytest.fixture
def waiting(runtime, staff):
    """A conversation that waits, by its id."""
    return run(runtime.sessions.write, lambda session: make_conversation(session, now=runtime.clock.now()).id)


def test_queue_tells_who_waits_and_what_may_be_sent(answer, waiting):
    (row,) = answer("desk", "queue")
    assert (row["id"], row["status"], row["why"], row["needs_answer"]) == (str(waiting), "waiting", "asked", True)
    assert (row["may_send"], row["card_no"]) == (5, None)
    assert row["until"].startswith("2026-03-03T08:59")
    assert answer("desk", "queue", "--stage", "taken") == []
    assert answer("desk", "queue", "--after", waiting) == []


def test_a_conversation_is_taken_once(answer, flask, waiting):
    assert answer("desk", "take", waiting, "--by", "anna")["taken_by"] == "anna"
    refused = flask("desk", "take", waiting, "--by", "chen")
    assert refused.exit_code == 1
    assert "desk.not-waiting" in refused.output


def test_the_next_is_taken(answer, flask, waiting):
    assert answer("desk", "take", "--by", "anna")["id"] == str(waiting)
    assert "desk.unknown" in flask("desk", "take", "--by", "chen").output


def test_a_reply_reaches_the_phone(app, doors, runtime, answer, flask, staff):
    with simulated_wechat() as wechat:
        account = OfficialAccount(OA, cache=runtime.cache, base_url=wechat.base_url)
        furnish(doors, replace(runtime, official_account=account))
        user = wechat.new_user()
        wechat.follow(user)
        wechat.say(user, "有人吗")

        def meet(session):
            now = runtime.clock.now()
            identity = members.follow(session, appid=OA.appid, openid=user.oa_openid, unionid=None, now=now)
            return make_conversation(session, identity=identity, by="anna", now=now).id

        mine = run(runtime.sessions.write, meet)
        told = answer("desk", "reply", mine, "您好，请说", "--by", "anna")
        assert (told["who"], told["text"], told["delivery"]) == ("anna", "您好，请说", "sent")
        assert [one["text"] for one in wechat.messages(user) if one.get("custom")] == ["您好，请说"]
        wechat.fault("custom/send", errcode=45015)
        late = flask("desk", "reply", mine, "还在吗", "--by", "anna")
        assert late.exit_code == 1
        assert "OutOfWindow 45015" in late.stdout
        refused = flask("desk", "reply", mine, "还在吗", "--by", "anna")
        assert "desk.window-closed" in refused.output
        assert len(wechat.calls("custom/send")) == 2


def test_only_who_took_it_replies(flask, answer, waiting):
    answer("desk", "take", waiting, "--by", "anna")
    assert "desk.not-taken" in flask("desk", "reply", waiting, "您好", "--by", "chen").output


def test_a_conversation_goes_its_ways(answer, waiting):
    answer("desk", "take", waiting, "--by", "anna")
    assert answer("desk", "return", waiting, "--by", "anna")["status"] == "waiting"
    assert answer("desk", "close", waiting, "--by", "chen")["ending"] == "done"
    assert answer("desk", "reopen", waiting, "--by", "chen")["status"] == "waiting"
    shown = answer("desk", "show", waiting)
    assert [line["kind"] for line in shown["lines"]] == ["text", "opened", "taken", "returned", "closed", "reopened"]


def test_show_reads_like_a_chat(flask, waiting):
    lines = flask("desk", "show", waiting).stdout
    assert "may_send: 5" in lines
    assert "opened" in lines


def test_log_of_a_member_and_of_a_follower(runtime, answer, flask, staff):
    def fill(session):
        member = make_member(session, unionid="u-1")
        identity = make_follower(session, unionid="u-1")
        make_conversation(session, identity=identity)
        return member.card_no, identity.id

    card_no, identity_id = run(runtime.sessions.write, fill)
    by_card = answer("desk", "log", card_no)
    assert [line["text"] for line in by_card] == ["有人吗", ""]
    assert answer("desk", "log", "--follower", identity_id) == by_card
    assert answer("desk", "log", card_no, "--before", by_card[1]["id"]) == by_card[:1]
    assert flask("desk", "log").exit_code == 2
