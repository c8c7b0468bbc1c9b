"""How many statements a till's call costs, each by its name. One more is a decision, not an accident."""

import re
from collections import Counter
from contextlib import contextmanager

from sqlalchemy import event

from tests.factories.purchases import till_body

TABLE = re.compile(r"(?:FROM|INTO|UPDATE)\s+`?(\w+)", re.DOTALL)
SIGNED = ["SELECT till_keys"]
PURCHASE = [
    *SIGNED,
    "SELECT members",  # known and active
    "SELECT point_accounts FOR UPDATE",  # the lock of the member
    "SELECT purchases",  # reported before?
    "SELECT tier_standings",  # the multiplier
    "SELECT tier_standings",  # the same row again, for its growth value
    "SELECT stores",  # how long goods come back
    "UPDATE point_accounts",
    "INSERT point_entries",
    "INSERT point_lots",
    "INSERT growth_entries",
    "UPDATE tier_standings",
    "INSERT purchases",
    "INSERT purchase_lines",  # all lines in one
    "SELECT messages",
    "INSERT messages",
]
REPEAT = [*SIGNED, "SELECT members", "SELECT point_accounts FOR UPDATE", "SELECT purchases"]
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
    "SELECT point_entries",  # the earning, for its lot
    "SELECT point_lots",
    "UPDATE point_accounts",
    "UPDATE point_lots",
    "INSERT point_entries",
    "INSERT point_allocations",
    "SELECT tier_standings",
    "UPDATE tier_standings",
    "INSERT growth_entries",
    "INSERT refunds",
    "INSERT refund_lines",
]
SHOW = [*SIGNED, "SELECT purchases", "SELECT refunds"]
QUOTE = [
    *SIGNED,
    "SELECT members",
    "SELECT tier_standings",
    "SELECT rule_books",  # points as cash
    "SELECT point_accounts",
    "SELECT point_lots",
    "SELECT stores",
]
LOOKUP = [*SIGNED, "SELECT members", "SELECT tier_standings", "SELECT point_accounts", "SELECT point_lots"]


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


def sale(member, order_no):
    return till_body(*[1_000] * 20, order_no=order_no, member_id=str(member.id))


def test_a_purchase(engine, till, member):
    with spoken(engine) as said:
        assert till.post("/purchases", sale(member, "SO-1")).status_code == 201
    assert not over(said, PURCHASE)
    assert "INSERT purchase_lines" in said


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


def test_reading_a_purchase(engine, till, member):
    till.post("/purchases", sale(member, "SO-1"))
    for number in range(3):
        till.post("/purchases/SO-1/refunds", {"refund_no": f"R{number}", "amount_fen": 5_000})
    with spoken(engine) as said:
        assert till.get("/purchases/SO-1").status_code == 200
    assert not over(said, SHOW)


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
