from random import Random

import pytest

from backend.demo.people import make_people
from backend.demo.year import Buy, CheckIn, Exchange, Join, Return, Settle, tell
from backend.kit.calendar import shop_day
from tests.support.clocks import MORNING


@pytest.fixture(scope="module")
def story():
    return tell(Random(1), make_people(Random(1), 100, today=shop_day(MORNING)), now=MORNING)


def _of(story, kind):
    return [(at, step) for at, step in story if isinstance(step, kind)]


def test_story_is_in_order_and_ends_before_now(story):
    instants = [at for at, _ in story]
    assert instants == sorted(instants)
    assert instants[-1] < MORNING


def test_nobody_does_anything_before_joining(story):
    joined = {step.person.number: at for at, step in _of(story, Join)}
    for at, step in _of(story, (Buy, CheckIn, Exchange)):
        assert step.person is None or joined[step.person.number] < at


def test_nobody_checks_in_twice_a_day(story):
    visits = [(step.person.number, shop_day(at)) for at, step in _of(story, CheckIn)]
    assert len(visits) == len(set(visits)) > 0


def test_some_who_show_a_card_pay_a_part_with_points_and_nobody_else_does(story):
    sales = [step for _, step in _of(story, Buy)]
    assert 0 < sum(sale.uses_points for sale in sales) < len(sales)
    assert all(sale.person for sale in sales if sale.uses_points)


def test_what_comes_back_was_bought_before_and_once(story):
    bought = {step.order_no: at for at, step in _of(story, Buy)}
    returned = [(step.order_no, at) for at, step in _of(story, Return)]
    assert len(bought) == len(_of(story, Buy))
    assert len({order_no for order_no, _ in returned}) == len(returned) > 0
    assert all(bought[order_no] < at for order_no, at in returned)


def test_exchange_is_settled_after_it_was_made_and_once(story):
    made = {step: at for at, step in _of(story, Exchange)}
    settled = [(step.exchange, at) for at, step in _of(story, Settle)]
    assert len({exchange for exchange, _ in settled}) == len(settled) > 0
    assert all(made[exchange] < at for exchange, at in settled)


def test_same_luck_same_story(story):
    assert story == tell(Random(1), make_people(Random(1), 100, today=shop_day(MORNING)), now=MORNING)
