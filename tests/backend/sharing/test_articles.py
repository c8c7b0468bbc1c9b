import pytest

from backend import sharing
from tests.support.clocks import MORNING


def save(session, code, title="春季养肤指南", page="pages/articles/show?code=a"):
    return sharing.save_article(session, code, title=title, page=page, by="anna", now=MORNING)


def test_an_article_is_saved_changed_withdrawn_and_shown_again(session):
    save(session, "skin")
    assert save(session, "skin", title="新标题").title == "新标题"
    assert not sharing.withdraw_article(session, "skin", by="anna", now=MORNING).shown
    assert save(session, "skin").shown
    assert sharing.article(session, "skin").changed_by == "anna"


def test_pages_go_on_behind_a_code(session):
    for code in ("ab", "cd", "ef"):
        save(session, code)
    assert [one.code for one in sharing.articles(session, limit=2)] == ["ab", "cd"]
    assert [one.code for one in sharing.articles(session, after="cd", limit=2)] == ["ef"]


def test_what_is_not_acceptable_is_refused_and_what_is_unknown_is_not_found(session):
    with pytest.raises(sharing.ArticleRefused, match="article-refused"):
        save(session, "Not Good")
    with pytest.raises(sharing.ThingUnknown):
        sharing.withdraw_article(session, "none", by="anna", now=MORNING)
