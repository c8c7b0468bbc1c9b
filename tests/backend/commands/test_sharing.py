import pytest

from backend import sharing
from tests.factories.members import make_identity, make_member
from tests.factories.operators import make_operator
from tests.factories.shares import make_share
from tests.support.clocks import MORNING

WHO = ("--by", "anna")


@pytest.fixture(autouse=True)
def _operator(runtime):
    with runtime.sessions.write.begin() as session:
        make_operator(session, login="anna")


def test_articles_are_saved_listed_and_withdrawn(answer, flask):
    saved = answer("sharing", "save-article", "skin", "--title", "春季养肤", "--page", "pages/a?code=skin", *WHO)
    assert (saved["title"], saved["shown"], saved["by"]) == ("春季养肤", True, "anna")
    answer("sharing", "save-article", "tea", "--title", "喝茶", "--page", "pages/a", *WHO)
    assert [one["code"] for one in answer("sharing", "articles", "--limit", "1")] == ["skin"]
    assert [one["code"] for one in answer("sharing", "articles", "--after", "skin")] == ["tea"]
    assert not answer("sharing", "withdraw-article", "skin", *WHO)["shown"]
    refused = flask("sharing", "withdraw-article", "none", *WHO)
    assert refused.exit_code == 1


def test_what_shares_brought_is_told(answer, flask, runtime):
    assert flask("sharing", "figures").output == "Nothing was shared yet.\n"
    with runtime.sessions.write.begin() as session:
        member = make_member(session)
        session.flush()
        card_no, share = member.card_no, make_share(session, member.id)
        sharing.open_share(session, share.token, make_identity(session).id, now=MORNING)
    [line] = answer("sharing", "figures")
    assert (line["kind"], line["visits"], line["newcomers"]) == ("invitation", 1, 1)
    [reward] = answer("sharing", "rewards", card_no)
    assert (reward["kind"], reward["status"], reward["points"]) == ("visit", "paid", 5)
    assert answer("sharing", "rewards", card_no, "--before", reward["id"]) == []
