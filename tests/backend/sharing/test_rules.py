from datetime import timedelta

import pytest

from backend.sharing.rules import faults_of_article, still_counts
from tests.support.clocks import MORNING

MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("later", "counts"),
    [
        (timedelta(0), True),
        (timedelta(days=7) - MOMENT, True),
        (timedelta(days=7), False),
        (-MOMENT, False),
    ],
)
def test_a_share_counts_for_so_many_days_to_the_instant(later, counts):
    assert still_counts(MORNING, MORNING + later, days=7) is counts


@pytest.mark.parametrize(
    ("code", "title", "page", "words"),
    [
        ("Spring", "春天", "pages/a", "代码"),
        ("s", "春天", "pages/a", "代码"),
        ("spring", " ", "pages/a", "标题"),
        ("spring", "春" * 61, "pages/a", "标题"),
        ("spring", "春\n天", "pages/a", "标题"),
        ("spring", "春天", "/pages/a", "页面"),
        ("spring", "春天", "https://example.com", "页面"),
        ("spring", "春天", "pages/a?id=1", None),
        ("spring-2026", "春" * 60, "pages/articles/show?code=spring", None),
    ],
)
def test_articles_are_checked(code, title, page, words):
    fault = faults_of_article(code, title, page)
    assert fault is None if words is None else words in fault
