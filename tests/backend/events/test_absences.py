from datetime import timedelta

import pytest

from backend import events
from backend.events.absences import checked_absences, live_absences, parsed_absences
from tests.factories.books import change_book
from tests.support.clocks import MORNING

FIRST = {"count": 3, "within_days": 90, "barred_days": 30}


def test_the_house_begins_with_three_in_ninety_days(session):
    book = live_absences(session, now=MORNING)
    assert book == checked_absences(FIRST)
    assert (book.within, book.barred_for) == (timedelta(days=90), timedelta(days=30))


@pytest.mark.parametrize("wrong", [{"count": 0}, {"within_days": 0}, {"barred_days": 731}, {"count": "3"}, {"x": 1}])
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(events.AbsencesRefused):
        checked_absences(FIRST | wrong)


def test_a_version_is_read_once(session):
    book = change_book(session, events.ABSENCES, count=None)
    assert parsed_absences(book) is parsed_absences(book)
    assert live_absences(session, now=MORNING).count is None
