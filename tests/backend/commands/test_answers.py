import pytest

from tests.factories.answers import make_list
from tests.factories.books import change_book
from tests.factories.operators import make_operator

PARKING = {
    "name": "parking",
    "words": ["停车"],
    "contains": ["车位"],
    "answer": {"kind": "text", "text": "每小时 10 元"},
}


@pytest.fixture(autouse=True)
def known(sessions):
    with sessions.write.begin() as session:
        make_list(session)
        change_book(session, "answers", answers=[PARKING])


def test_list_shows_the_answers_in_force(answer):
    (row,) = answer("answers", "list")
    assert (row["name"], row["words"], row["contains"], row["text"]) == ("parking", "停车", "车位", "每小时 10 元")


@pytest.mark.parametrize(
    ("words", "by"),
    [
        ("积分", "official account"),
        ("停车", "book"),
        ("还有车位吗", "book"),
        ("母婴室在几楼", "list"),
        ("试衣间的灯坏了", "people"),
    ],
)
def test_try_says_who_would_answer(answer, words, by):
    assert answer("answers", "try", words)["by"] == by


def test_try_tells_how_near_the_nearest_question_is(answer):
    told = answer("answers", "try", "附近哪里有地铁站")
    assert (told["by"], told["nearest_question"]) == ("people", "baby-room")
    assert told["score"] < told["threshold"]


def test_books_draft_and_publish_them(flask, answer, sessions, tmp_path):

    with sessions.write.begin() as session:
        make_operator(session, "anna")
    file = tmp_path / "answers.json"
    file.write_text('{"answers": [{"name": "x", "words": ["客服"], "answer": {"kind": "text", "text": "a"}}]}', "utf-8")
    refused = flask("books", "draft", "answers", file, "--note", "试", "--by", "anna")
    assert "客服 由系统自动回复" in refused.output
    file.write_text('{"answers": [{"name": "x", "words": ["楼层"], "answer": {"kind": "text", "text": "a"}}]}', "utf-8")
    drafted = answer("books", "draft", "answers", file, "--note", "试", "--by", "anna")
    assert drafted["status"] == "draft"
