from datetime import date, timedelta
from random import Random

from backend.partners import incoming, outgoing, registry
from backend.partners.gateway import Answer
from backend.partners.reconciling import Difference, Line, day_lines, reconcile, settlement
from tests.factories.partners import HALF, terms
from tests.support.clocks import MORNING

DAY = date(2026, 3, 1)
NEXT = timedelta(days=1)


def come_in(session, partner, alias, ref, given, now=MORNING):
    incoming.prepare(session, partner.id, ref=ref, member=alias, given=given, now=now)
    incoming.confirm(session, partner.id, ref, now=now)
    session.flush()


def line(ref, points, direction="in"):
    return Line(ref, direction, points, MORNING)


def test_two_files_that_agree_differ_in_nothing(session, partner, alias):
    come_in(session, partner, alias, "1", 100)
    come_in(session, partner, alias, "2", 200)
    ours = list(day_lines(session, partner.id, DAY))
    assert [(one.ref, one.points, one.at) for one in ours] == [("1", 100, MORNING), ("2", 200, MORNING)]
    assert reconcile(session, partner.id, DAY, ours) == []


def test_each_difference_is_told_and_a_repeat_tells_the_same(session, partner, alias):
    come_in(session, partner, alias, "1", 100)
    come_in(session, partner, alias, "2", 200)
    come_in(session, partner, alias, "3", 100, now=MORNING + NEXT)
    incoming.prepare(session, partner.id, ref="4", member=alias, given=100, now=MORNING)
    theirs = [line("2", 210), line("3", 100), line("4", 100), line("5", 50), line("5", 50), line("5", 50, "out")]
    for _ in range(2):
        assert reconcile(session, partner.id, DAY, theirs) == [
            Difference("twice", "5", "in", None, 50),
            Difference("missing-there", "1", "in", 100, None),
            Difference("points-differ", "2", "in", 200, 210),
            Difference("other-day", "3", "in", 100, 100, date(2026, 3, 2)),
            Difference("missing-here", "4", "in", None, 100),
            Difference("missing-here", "5", "in", None, 50),
            Difference("missing-here", "5", "out", None, 50),
        ]


def test_a_month_is_settled_by_the_terms_of_each_exchange(session, partner, alias, member_id):
    come_in(session, partner, alias, "1", 1_000)
    dearer = terms(price=200)
    registry.agree(session, partner.code, ours_in=dearer, theirs_out=HALF, by="boss", reason="二", now=MORNING)
    session.flush()
    come_in(session, partner, alias, "2", 990)
    out = outgoing.ask(session, member_id, partner.code, given=60, now=MORNING)
    for answer in (Answer("prepared", taken=30), Answer("confirmed")):
        outgoing.record(session, out.id, answer, rng=Random(1), now=MORNING)
    session.flush()
    found = settlement(session, partner.id, date(2026, 3, 1))
    assert [(one.direction, one.terms_version, one.exchanges, one.ours, one.theirs, one.fen) for one in found] == [
        ("in", 1, 1, 500, 1_000, 5),
        ("in", 2, 1, 495, 990, 9),
        ("out", 2, 1, 60, 30, 0),
    ]
    assert settlement(session, partner.id, date(2026, 4, 1)) == []
