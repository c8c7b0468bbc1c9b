from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from backend.kit.facts import Together, announce, announce_all


@dataclass(frozen=True)
class Bought:
    fen: int


@dataclass(frozen=True)
class BoughtMuch(Bought):
    """A fact of another type: who listens for Bought does not hear it."""


def session_with(*listeners):
    return Session(info={"listeners": {Bought: listeners}})


def test_all_listeners_hear_it_in_the_order_of_the_table():
    heard = []
    session = session_with(lambda _, fact: heard.append(("first", fact)), lambda _, fact: heard.append(("then", fact)))
    announce(session, Bought(5))
    assert heard == [("first", Bought(5)), ("then", Bought(5))]


def test_listeners_get_the_session_of_the_announcer():
    heard = []
    session = session_with(lambda given, _: heard.append(given))
    announce(session, Bought(5))
    assert heard == [session]


def test_a_fact_that_nobody_listens_for_is_fine():
    heard = []
    announce(session_with(lambda *_: heard.append(1)), BoughtMuch(5))
    assert heard == []


def test_what_a_listener_raises_reaches_the_announcer():
    def refuse(_session, _fact):
        raise LookupError("no")

    with pytest.raises(LookupError):
        announce(session_with(refuse), Bought(5))


def test_many_facts_are_heard_together_by_who_can_and_one_by_one_by_others():
    heard, together = [], []
    both = Together(lambda _, fact: together.append(fact), lambda _, facts: together.append(list(facts)))
    session, facts = session_with(lambda _, fact: heard.append(fact), both), [Bought(5), Bought(7)]
    announce_all(session, facts)
    announce_all(session, [])
    announce(session, Bought(9))
    assert (heard, together) == ([*facts, Bought(9)], [facts, Bought(9)])
