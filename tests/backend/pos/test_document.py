"""The document for vendors of tills says what is so: its example is played, its codes are those that there are."""

import re
from pathlib import Path

import pytest

from backend import points
from backend.kit.errors import DomainError
from backend.purchases import cash, holds, quotes, refunds, returns, service
from tests.factories.mall import give_points
from tests.factories.purchases import till_body

DOCUMENT = (Path(__file__).parents[3] / "docs" / "till-api.md").read_text(encoding="utf-8")
FOR_OPERATORS = {cash.CashBookRefused}


def codes_told():
    """The codes of the table, with `.suffix` in full."""
    told = set()
    for line in DOCUMENT.splitlines():
        prefix = ""
        for code in re.findall(r"`([a-z0-9.-]+)`", line) if re.match(r"\| \d{3} \|", line) else ():
            prefix = prefix if code.startswith(".") else code.rpartition(".")[0]
            told.add(prefix + code if code.startswith(".") else code)
    return told


def refusals():
    for module in (cash, holds, quotes, refunds, returns, service):
        yield from (
            one
            for one in vars(module).values()
            if isinstance(one, type) and issubclass(one, DomainError) and "code" in vars(one)
        )
    yield from (points.Insufficient, points.Frozen, points.HoldCaptured)


@pytest.mark.parametrize("refusal", sorted(set(refusals()) - FOR_OPERATORS, key=lambda one: one.code))
def test_every_refusal_of_a_sale_is_told(refusal):
    assert refusal.code in codes_told()


def test_the_example_of_a_return_is_so(runtime, till, member):
    with runtime.sessions.write.begin() as session:
        give_points(session, member.id, 2_000)
    body = till_body(10_000, order_no="SO-1", member_id=str(member.id), points_to_use=2_000, paid_fen=8_000)
    assert till.post("/purchases", body).status_code == 201
    made = till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "amount_fen": 5_000}).json
    assert (made["money_fen"], made["points_returned"]) == (4_000, 1_000)
    assert '"amount_fen": 5000}` → `money_fen` 4000, `points_returned` 1000' in " ".join(DOCUMENT.split())
