from datetime import timedelta

from backend.points import Source
from backend.tiers import journal
from backend.tiers.book import TierBook
from backend.tiers.history import EVENT, Line
from backend.tiers.models import TierStanding
from tests.factories.tiers import buy, definition, tier
from tests.support.clocks import LATE, MORNING


def book(qualify):
    return TierBook.model_validate(definition(tier("gold", qualify)))


def seqs(session, account, *books):
    lines = journal.read_for(session, [account.member_id], books, LATE.date())
    return [line.seq for line in lines[account.member_id]]


def test_a_line_is_read_as_it_was_written(session, account):
    row = session.get(TierStanding, account.member_id)
    told = journal.append(
        session, row, Line(0, EVENT, LATE, value=7), source=Source("event", 1), growth=7, note=("demo", "补登")
    )
    session.flush()
    assert (told.seq, told.version, row.last_seq, row.growth) == (1, 1, 1, 7)
    assert journal.read(session, [account.member_id]) == {account.member_id: [told]}
    assert journal.line_of_source(session, account.member_id, Source("event", 1)) == told
    assert journal.line_of_source(session, account.member_id, Source("event", 2)) is None


def test_only_what_conditions_ask_for_is_read(session, account, count_statements):
    for number, days in ((1, 60), (2, 20), (3, 0)):
        buy(session, account, 100, number, now=LATE, on=(MORNING - timedelta(days=days)).date())
    session.flush()
    assert seqs(session, account, book({"spent_fen": 5, "days": 30})) == [2, 3]
    assert seqs(session, account, book({"spent_fen": 5, "days": 1}), book({"purchases": 1, "days": 90})) == [1, 2, 3]
    assert seqs(session, account, book({"friends": 1})) == []
    with count_statements(session) as said:
        assert seqs(session, account, book({"growth": 5})) == []
    assert said == []
