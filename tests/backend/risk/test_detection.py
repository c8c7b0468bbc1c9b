"""What the rules that a house begins with find of a town's fraud rings, and whom they trouble for nothing (R4)."""

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest

from backend import risk
from backend.kit.calendar import shop_day
from backend.risk import Bill, Case, Trace
from backend.risk.rules import network
from tests.backend.risk.town import LEAST_FEN, Person, town
from tests.factories.members import make_member
from tests.factories.referrals import LONG_BEFORE
from tests.support.clocks import MORNING

SEEDS = range(1, 6)


@pytest.fixture
def book(session):
    return risk.live(session, now=MORNING)


def plainly(people: list[Person], book: risk.RiskBook) -> dict[int, risk.Evidence]:
    """What is known of each person, counted over all of them without any table."""
    by_number, seen = {one.number: one for one in people}, Counter()
    for one in people:
        seen.update((key, shop_day(one.joined_at)) for key in _joined_with(one))
        seen.update((key, shop_day(one.joined_at + one.bought_after)) for key in _bought(one))

    def around(key, at):
        days = range(-book.window_days, book.window_days + 1)
        return sum(seen[key, shop_day(at) + timedelta(days=day)] for day in days)

    found = {}
    for one in people:
        inviter = by_number.get(one.inviter)
        joined = inviter.joined_at if inviter else LONG_BEFORE
        paid_at = one.joined_at + one.bought_after
        codes = ("shared-device", "shared-ip", "shared-net", "phone-prefix")
        found[one.number] = {
            "fresh-inviter": (one.joined_at - joined).days,
            "quick-purchase": one.bought_after // timedelta(minutes=1),
            "minimal-purchase": (one.paid_fen - LEAST_FEN) * 100 // LEAST_FEN,
            **{code: around(key, one.joined_at) for code, key in zip(codes, _joined_with(one), strict=True)},
            **{code: around(key, paid_at) for code, key in zip(("same-bill", "same-store"), _bought(one), strict=True)},
        }
        if inviter is not None and inviter.device == one.device:
            found[one.number]["inviter-device"] = 1
    return found


def _joined_with(one):
    return (("device", one.device), ("ip", one.address), ("net", network(one.address)), ("phone", one.phone[:7]))


def _bought(one):
    return ("bill", one.store, one.counter, one.paid_fen), ("store", one.inviter, one.store)


def figures(people, scores, book):
    """Of the rings' newcomers, how many wait for people; of the honest ones, how many do too; in per cent."""
    waits = {number for number, score in scores.items() if score >= book.review_at}
    fraud, honest = ([one.number in waits for one in people if one.honest is kind] for kind in (False, True))
    return SimpleNamespace(
        recall=100 * sum(fraud) // len(fraud), false_positives=100 * sum(honest) / len(honest), people=len(people)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_most_of_the_rings_are_found_and_few_of_the_honest_are_troubled(book, seed, record_property):
    people = town(seed, families=150, crowds=12, rings=12)
    evidence = plainly(people, book)
    scores = {number: risk.assess(found, book.weights).score for number, found in evidence.items()}
    found = figures(people, scores, book)
    record_property("detection", vars(found))
    print(f"seed {seed}: {found}")  # noqa: T201  shown by pytest -rP, and told in docs/referrals.md
    assert found.recall >= 90
    assert found.false_positives <= 3


def test_the_tables_count_what_a_plain_count_does(session, book):
    """The same town, recorded as members join and buy: the evidence is the same, and so are the figures."""
    people = town(7, families=12, crowds=1, rings=2)
    ids = {}
    for one in people:
        if one.inviter not in ids:
            ids[one.inviter] = make_member(session, now=LONG_BEFORE)
        ids[one.number] = make_member(session, now=one.joined_at)
        session.flush()
        trace = Trace(one.device, one.address, one.phone)
        risk.note_joining(session, ids[one.number].id, trace, now=one.joined_at)
        risk.count_bill(session, _bill(one, ids), now=one.joined_at + one.bought_after)
    session.flush()
    wanted = plainly(people, book)
    found = {one.number: risk.evidence(session, _case(one, ids), book) for one in people}
    assert found == wanted
    scores = {number: risk.assess(one, book.weights).score for number, one in found.items()}
    assert figures(people, scores, book).recall >= 90


def _bill(one, ids):
    return Bill(ids[one.inviter].id, one.store, one.counter, one.paid_fen)


def _case(one, ids):
    inviter = ids[one.inviter]
    return Case(
        newcomer_id=ids[one.number].id,
        newcomer_joined_at=one.joined_at,
        inviter_id=inviter.id,
        inviter_joined_at=inviter.joined_at,
        bill=_bill(one, ids),
        paid_at=one.joined_at + one.bought_after,
        least_fen=LEAST_FEN,
    )
