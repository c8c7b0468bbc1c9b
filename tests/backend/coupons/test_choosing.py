"""The best combination against brute force, and the words for what is left out."""

from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.coupons.choosing import MOST_CONSIDERED, as_told, best
from backend.coupons.pricing import price
from backend.kit.errors import DomainError
from tests.backend.coupons.test_pricing import ANY, BILLS, TICKETS
from tests.backend.coupons.tickets import bill, cash, percent, ticket


def brute_force(told, tickets):
    """The same choice by trying everything."""
    ranks = []
    for group in chain.from_iterable(combinations(tickets, size) for size in range(len(tickets) + 1)):
        try:
            priced = price(told, group)
        except DomainError:
            continue
        until = tuple(sorted(one.valid_until for one in group))
        ranks.append((sum(priced.costs), len(group), until, tuple(sorted(one.id for one in group))))
    return min(ranks)


def codes(choice):
    return [use.ticket.code for use in choice.priced.uses], {one.code: one.why.code for one in choice.refused}


@settings(max_examples=80)
@given(told=BILLS, tickets=st.lists(TICKETS, max_size=5))
def test_the_best_is_what_brute_force_finds(told, tickets):
    choice = best(told, tickets)
    used = [use.ticket for use in choice.priced.uses]
    until = tuple(sorted(one.valid_until for one in used))
    rank = (sum(choice.priced.costs), len(used), until, tuple(sorted(one.id for one in used)))
    assert rank == brute_force(told, tickets)
    assert len(used) + len(choice.refused) == len(tickets)
    assert best(told, tickets[::-1]).priced == choice.priced


def test_of_equal_ones_the_sooner_to_expire_and_the_fewer_are_used():
    late, soon = cash(500, days=9), cash(500, days=3)
    assert codes(best(bill(1_000), [late, soon])) == ([soon.code], {late.code: "coupons.not-together"})
    big = cash(1_000, template="A", days=9, **ANY)
    halves = [cash(500, template=name, days=1, **ANY) for name in "BC"]
    assert codes(best(bill(1_000), [*halves, big]))[0] == [big.code]


def test_the_member_s_price_or_the_coupon_whichever_takes_more_off():
    small, large = (
        cash(fen, template=name, stacking={"member_price": False}) for fen, name in ((400, "A"), (600, "B"))
    )
    told = bill(10_000, price=9_500)
    assert codes(best(told, [small])) == ([], {small.code: "coupons.member-price"})
    assert codes(best(told, [small, large])) == ([large.code], {small.code: "coupons.not-together"})
    assert best(told, [large]).priced.member_price is False
    with_it = percent(9_900, template="C")
    assert codes(best(told, [small, with_it])) == ([with_it.code], {small.code: "coupons.not-together"})


def test_each_one_left_out_has_its_reason():
    gift, far, used = ticket({"kind": "gift", "what": "杯子"}), cash(100, 5_000), cash(300, template="B")
    needless = percent(9_900, template="C", stacking={"others": "any"})
    free = cash(1_000, template="D", **ANY)
    assert codes(best(bill(1_000), [gift, far, used])) == (
        [used.code],
        {gift.code: "coupons.not-for-bills", far.code: "coupons.below-threshold"},
    )
    assert codes(best(bill(1_000), [needless, free]))[1] == {needless.code: "coupons.not-needed"}


def test_what_was_chosen_is_taken_in_turn_and_the_rest_refused():
    first, second = cash(100, template="A"), cash(200, template="B")
    for told in ([first, second], [second, first]):
        assert codes(as_told(bill(1_000), told)) == ([first.code], {second.code: "coupons.not-together"})


def test_many_coupons_and_lines_are_looked_through_in_no_time():
    tickets = [percent(9_000 + number, template=f"T{number:02d}", **ANY) for number in range(MOST_CONSIDERED + 8)]
    choice = best(bill(*range(1, 100)), tickets)
    assert len(choice.priced.uses) == MOST_CONSIDERED
