import pytest
from sqlalchemy import update

from backend.messaging.models import Message
from backend.messaging.routing import NO_WAY
from tests.factories.members import make_member


def _welcomed(sessions):
    with sessions.write.begin() as session:
        make_member(session)


def test_preview_shows_a_message_with_its_sample(flask):
    lines = flask("messages", "preview", "points_earned").stdout
    assert "积分到账通知" in lines
    assert "1688" in lines


def test_preview_says_how_each_channel_says_it_and_what_was_cut(answer):
    rows = answer("messages", "preview", "win_back", "--word", f"gift={'礼' * 21}")
    assert {row["channel"] for row in rows} == {"subscription", "text"}
    (cut,) = [row for row in rows if row["cut"]]
    assert (cut["key"], cut["value"], cut["cut"]) == ("thing2", "礼" * 19 + "…", "礼" * 21)


def test_preview_of_one_channel(answer, flask):
    rows = answer("messages", "preview", "points_expiring", "--channel", "sms")
    assert [row["value"] for row in rows] == ["120", "2026年3月31日"]
    assert "not said that way" in flask("messages", "preview", "points_earned", "--channel", "sms").output


@pytest.mark.parametrize(("word", "complaint"), [("gift", "WORD=TEXT"), ("nothing=1", "messages.word-unknown")])
def test_preview_refuses_words_that_are_none(flask, word, complaint):
    result = flask("messages", "preview", "win_back", "--word", word)
    assert result.exit_code != 0
    assert complaint in result.stderr


def test_catalogue_lists_every_message(answer):
    rows = {row["name"]: row for row in answer("messages", "catalogue")}
    assert len(rows) > 30
    assert rows["win_back"] == {
        "name": "win_back",
        "title": "会员回馈通知",
        "kind": "marketing",
        "when": "by day",
        "said_by": ["subscription", "text"],
        "template_id_set": False,
    }


def test_preview_of_an_unknown_message_names_the_known(flask):
    result = flask("messages", "preview", "nothing")
    assert result.exit_code == 2
    assert "'tier_reached'" in result.stderr


def test_deliver_says_what_became_of_what_was_due(answer, sessions):
    _welcomed(sessions)
    assert answer("messages", "deliver") == [{"status": "unreachable", "attempts": 1}]
    assert answer("messages", "deliver") == []


def test_dead_letter_is_listed_and_sent_again_when_told(answer, sessions):
    _welcomed(sessions)
    with sessions.write.begin() as session:
        session.execute(update(Message).values(status="dead", error="47003"))
    (letter,) = answer("messages", "dead-letters")
    assert (letter["template"], letter["error"]) == ("joined", "47003")
    assert answer("messages", "requeue", letter["id"])["status"] == "waiting"
    assert answer("messages", "dead-letters") == []


def test_a_message_is_found_and_sent_again_with_a_word_put_right(answer, flask, sessions):
    _welcomed(sessions)
    answer("messages", "deliver")
    (one,) = answer("messages", "list", "--status", "unreachable")
    assert (one["template"], one["channel"], one["error"]) == ("joined", None, NO_WAY)
    assert answer("messages", "list", "--before", one["id"]) == []
    assert answer("messages", "list", "--member-id", "1") == []
    assert answer("messages", "ways", one["id"]) == []
    refused = flask("messages", "requeue", one["id"], "--word", "no=1")
    assert (refused.exit_code, "messages.word-unknown" in refused.stderr) == (1, True)
    assert answer("messages", "requeue", one["id"], "--word", "gift=一百积分")["status"] == "waiting"


def test_requeue_of_nothing(flask):
    result = flask("messages", "requeue", 1)
    assert result.exit_code == 1
    assert "(messages.unknown)" in result.stderr
