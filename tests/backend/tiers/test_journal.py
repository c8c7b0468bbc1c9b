import pytest

from backend.points import Source
from backend.tiers import journal
from backend.tiers.book import TierBook
from backend.tiers.history import EVENT, PURCHASE, Line
from backend.tiers.standings import row_of
from tests.factories.members import make_member
from tests.factories.tiers import bought, definition, noon, tier


@pytest.fixture
def row(session):
    return row_of(session, make_member(session).id)


def append(session, row, line, number):
    return journal.append(session, row, line, source=Source(line.kind, number), growth=row.growth + line.value)


@pytest.fixture
def lines(session, row):
    told = [bought(0, 10_000, noon("2026-03-02")), Line(0, EVENT, noon("2026-03-03"), value=7)]
    written = [append(session, row, line, number) for number, line in enumerate(told, start=1)]
    session.flush()
    return written


def test_lines_are_numbered_and_summed_up(row, lines):
    assert [line.seq for line in lines] == [1, 2]
    assert (row.last_seq, row.growth) == (2, 107)


def test_what_is_read_is_what_was_written(session, row, lines):
    assert journal.read(session, [row.member_id]) == {row.member_id: lines}
    assert journal.line_of_source(session, row.member_id, Source(PURCHASE, 1)) == lines[0]
    assert journal.line_of_source(session, row.member_id, Source(PURCHASE, 9)) is None


def test_only_what_conditions_ask_for_is_read(session, row, lines, count_statements):
    def read(qualify, day):
        book = TierBook.model_validate(definition(tier("gold", qualify)))
        return journal.read_for(session, [row.member_id], [book], noon(day).date())[row.member_id]

    assert read({"spent_fen": 1, "days": 30}, "2026-03-05") == lines[:1]
    assert read({"spent_fen": 1, "days": 3}, "2026-03-05") == []
    with count_statements(session) as said:
        assert read({"growth": 1}, "2026-03-05") == []
    assert said == []
