"""How many statements a till's call costs, each by its name. One more is a decision, not an accident."""

import re
from collections import Counter
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.factories.coupons import make_coupon, make_template
from tests.factories.mall import give_points
from tests.factories.purchases import till_body
from tests.support.till import open_till

TABLE = re.compile(r"(?:FROM|INTO|UPDATE)\s+`?(\w+)", re.DOTALL)
SIGNED = ["SELECT till_keys"]
PURCHASE = [
    *SIGNED,
    "SELECT members",  # known and active
    "SELECT point_accounts FOR UPDATE",  # the lock of the member
    "SELECT purchases",  # reported before?
    "SELECT tier_standings",  # the multiplier
    "SELECT rule_books",  # of tiers
    "SELECT stores",  # how long goods come back
    "SELECT purchases",  # the member's first?
    "SELECT rule_books",  # of earning
    "SELECT rule_books",  # of tiers again, to count
    "INSERT earning_awards",
    "INSERT earning_grants",  # of all rules in one
    "UPDATE point_accounts",
    "INSERT point_entries",
    "INSERT point_lots",
    "INSERT growth_entries",
    "UPDATE tier_standings",
    "INSERT purchases",
    "INSERT purchase_lines",  # all lines in one
    "INSERT messages",
    "SELECT lottery_draws",  # which of them give tickets
    "UPDATE member_visits",  # who was here is not written to as one who stays away
    "SELECT referral_invitations",  # whose friend buys for the first time
    "SELECT referral_staff_newcomers",  # which employee brought them
    "SELECT shares",  # by whose share they came
]
PENDING = [name for name in PURCHASE if name not in {"INSERT point_entries", "INSERT point_lots"}] + [
    "INSERT point_pendings"
]
WITH_POINTS = [
    *PURCHASE,
    "SELECT rule_books",  # of points as cash
    "SELECT point_lots",
    "UPDATE point_lots",
    "INSERT point_entries",
    "INSERT point_allocations",
    "UPDATE point_accounts",
]
CAPTURE = [
    *WITH_POINTS,
    "SELECT cash_holds",
    "SELECT point_holds",
    "SELECT point_hold_parts",
    "UPDATE point_holds",
    "SELECT point_holds",  # when does the next one end?
    "UPDATE point_accounts",
]
REPEAT = [
    *SIGNED,
    "SELECT members",
    "SELECT point_accounts FOR UPDATE",
    "SELECT purchases",
    "SELECT rule_books",  # the name of the tier
]
WITHOUT_MEMBER = [*SIGNED, "SELECT purchases", "INSERT purchases", "INSERT purchase_lines"]
REFUND = [
    *SIGNED,
    "SELECT purchases",  # whose is it?
    "SELECT point_accounts FOR UPDATE",
    "SELECT purchases FOR UPDATE",
    "SELECT refunds",  # reported before?
    "SELECT purchase_lines",
    "UPDATE purchases",
    "UPDATE purchase_lines",  # all lines in one
    "SELECT earning_awards",  # by which rules it earned
    "SELECT earning_grants",
    "SELECT rule_books",
    "UPDATE earning_grants",
    "SELECT point_entries",  # the earning, for its lot
    "SELECT point_lots",
    "UPDATE point_accounts",
    "UPDATE point_lots",
    "INSERT point_entries",
    "INSERT point_allocations",
    "SELECT tier_standings",
    "SELECT rule_books",
    "SELECT growth_entries",  # the purchase that is taken back
    "SELECT growth_entries",  # and all, as if it had never been
    "SELECT rule_books",
    "UPDATE tier_standings",
    "INSERT growth_entries",
    "INSERT refunds",
    "INSERT refund_lines",
    "SELECT lottery_tickets",  # that the purchase gave
    "SELECT referral_invitations",  # the purchase that counts for a friend
    "SELECT referral_staff_newcomers",  # or for an employee
    "SELECT rule_books",  # the name of the tier
]
WITH_POINTS_BACK = [
    *REFUND,
    "SELECT point_entries",  # paid out of this account?
    "SELECT point_entries",  # and what paid
    "SELECT point_allocations",
    "SELECT point_lots",
    "SELECT point_entries",  # given back before?
    "SELECT point_lots",
    "SELECT point_lots",
    "UPDATE point_lots",
    "UPDATE point_accounts",
    "INSERT point_entries",
    "INSERT point_give_backs",
    "INSERT point_allocations",
]
SHOW = [*SIGNED, "SELECT purchases", "SELECT refunds", "SELECT rule_books"]
EXPLAIN = [*SIGNED, "SELECT purchases", "SELECT earning_awards", "SELECT earning_grants", "SELECT rule_books"]
QUOTE = [
    *SIGNED,
    "SELECT members",
    "SELECT tier_standings",
    "SELECT rule_books",  # of tiers
    "SELECT rule_books",  # of points as cash
    "SELECT point_accounts",
    "SELECT point_lots",
    "SELECT stores",
    "SELECT purchases",  # the member's first?
    "SELECT rule_books",  # of earning
    "SELECT rule_books",  # of tiers again, to count
]
HOLD = [
    *SIGNED,
    "SELECT members",
    "SELECT point_accounts FOR UPDATE",
    "SELECT cash_holds FOR UPDATE",
    "SELECT purchases",  # reported before?
    "SELECT tier_standings",
    "SELECT rule_books",  # of tiers
    "SELECT rule_books",  # of points as cash
    "SELECT point_lots",
    "UPDATE point_lots",
    "UPDATE point_accounts",
    "INSERT point_holds",
    "INSERT point_hold_parts",
    "INSERT cash_holds",
]
RELEASE = [
    *SIGNED,
    "SELECT cash_holds",  # whose is it?
    "SELECT point_accounts FOR UPDATE",
    "SELECT cash_holds FOR UPDATE",
    "SELECT point_holds",
    "SELECT point_hold_parts",
    "SELECT point_lots",
    "UPDATE point_lots",
    "UPDATE point_holds",
    "UPDATE point_accounts",
    "SELECT point_holds",  # when does the next one end?
    "UPDATE point_accounts",
]
LOOKUP = [
    *SIGNED,
    "SELECT members",
    "SELECT tier_standings",
    "SELECT rule_books",
    "SELECT point_accounts",
    "SELECT point_lots",
    "SELECT coupons",  # usable ones
]
WITH_COUPONS = [
    *PURCHASE,
    "SELECT coupons FOR UPDATE",  # all in one, by their ids
    "SELECT coupon_template_versions",  # what they say
    "UPDATE coupons",
    "INSERT coupon_redemptions",
    "INSERT purchase_coupons",
    "INSERT messages",
    "SELECT purchase_coupons",  # for the reply, as a repeat is answered
    "SELECT coupons",
    "SELECT coupon_template_versions",
]
MOST_OF_A_PURCHASE = 25


@contextmanager
def spoken(engine):
    """The names of the statements that an engine says; transactions' own words are left out."""
    said = []

    def note(_connection, _cursor, statement, *_rest):
        if (table := TABLE.search(statement)) is not None:
            lock = " FOR UPDATE" if statement.endswith("FOR UPDATE") else ""
            said.append(f"{statement.split()[0]} {table[1]}{lock}")

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def over(said, allowed):
    """What was said beyond what is allowed; SQLite does not lock rows."""
    plain = [name.removesuffix(" FOR UPDATE") for name in allowed]
    return (Counter(said) - Counter(allowed)) & (Counter(said) - Counter(plain))


def sale(member, order_no, points_to_use=0):
    paid = {"paid_fen": 20_000 - points_to_use, "points_to_use": points_to_use} if points_to_use else {}
    return till_body(*[1_000] * 20, order_no=order_no, member_id=str(member.id), **paid)


@pytest.fixture
def rich(runtime, member):
    with runtime.sessions.write.begin() as session:
        give_points(session, member.id, 5_000)
    return member


def test_a_purchase(engine, till, member):
    with spoken(engine) as said:
        assert till.post("/purchases", sale(member, "SO-1")).status_code == 201
    assert not over(said, PURCHASE)
    assert "INSERT purchase_lines" in said
    assert len(said) <= len(PURCHASE) <= MOST_OF_A_PURCHASE


def test_a_purchase_whose_points_wait(engine, app, member):
    till = open_till(app, return_days=7)
    with spoken(engine) as said:
        assert till.post("/purchases", sale(member, "SO-1")).status_code == 201
    assert not over(said, PENDING)
    assert len(PENDING) <= MOST_OF_A_PURCHASE


def test_a_purchase_with_points(engine, till, rich):
    with spoken(engine) as said:
        assert till.post("/purchases", sale(rich, "SO-1", points_to_use=1_000)).status_code == 201
    assert not over(said, WITH_POINTS)


def test_a_purchase_with_two_coupons(runtime, engine, till, member):
    with runtime.sessions.write.begin() as session:
        parts = {"worth": {"kind": "cash-off", "off_fen": 500}, "stacking": {"same": 2}}
        template = make_template(session, **parts)
        codes = [make_coupon(session, member, template=template).code for _ in range(2)]
    with spoken(engine) as said:
        body = sale(member, "SO-1") | {"paid_fen": 19_000, "coupon_codes": codes}
        assert till.post("/purchases", body).status_code == 201
    assert not over(said, WITH_COUPONS)


def test_points_set_aside_used_and_freed(engine, till, rich):
    wish = {"order_no": "SO-1", "member_id": str(rich.id), "points": 1_000}
    with spoken(engine) as said:
        assert till.post("/points-holds", wish).status_code == 201
    assert not over(said, HOLD)
    with spoken(engine) as said:
        assert till.post("/purchases", sale(rich, "SO-1", points_to_use=1_000)).status_code == 201
    assert not over(said, CAPTURE)
    till.post("/points-holds", wish | {"order_no": "SO-2"})
    with spoken(engine) as said:
        assert till.post("/points-holds/SO-2/release", {}).status_code == 200
    assert not over(said, RELEASE)


def test_a_repeat_of_a_purchase(engine, till, member):
    till.post("/purchases", sale(member, "SO-1"))
    with spoken(engine) as said:
        assert till.post("/purchases", sale(member, "SO-1")).status_code == 200
    assert not over(said, REPEAT)


def test_a_purchase_without_a_member(engine, till):
    with spoken(engine) as said:
        assert till.post("/purchases", till_body(*[1_000] * 20)).status_code == 201
    assert not over(said, WITHOUT_MEMBER)


def test_a_refund(engine, till, member):
    till.post("/purchases", sale(member, "SO-1"))
    with spoken(engine) as said:
        assert till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "amount_fen": 10_000}).status_code == 201
    assert not over(said, REFUND)


def test_a_refund_of_money_and_points(engine, till, rich):
    till.post("/purchases", sale(rich, "SO-1", points_to_use=1_000))
    with spoken(engine) as said:
        assert till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "amount_fen": 10_000}).status_code == 201
    assert not over(said, WITH_POINTS_BACK)


def test_reading_a_purchase(engine, till, member):
    till.post("/purchases", sale(member, "SO-1"))
    for number in range(3):
        till.post("/purchases/SO-1/refunds", {"refund_no": f"R{number}", "amount_fen": 5_000})
    with spoken(engine) as said:
        assert till.get("/purchases/SO-1").status_code == 200
    assert not over(said, SHOW)


def test_the_explanation_of_a_purchase(engine, till, member):
    till.post("/purchases", sale(member, "SO-1"))
    with spoken(engine) as said:
        assert till.get("/purchases/SO-1/explanation").status_code == 200
    assert not over(said, EXPLAIN)


def test_a_quote(engine, till, member):
    body = sale(member, "SO-1")
    with spoken(engine) as said:
        assert till.post("/quotes", {"member_id": body["member_id"], "items": body["items"]}).status_code == 200
    assert not over(said, QUOTE)


def test_a_lookup(engine, till, member):
    with spoken(engine) as said:
        assert till.post("/members/lookup", {"card_no": member.card_no}).status_code == 200
    assert not over(said, LOOKUP)


def test_one_statement_too_many_is_found():
    assert over([*QUOTE, "SELECT members"], QUOTE) == Counter(["SELECT members"])
