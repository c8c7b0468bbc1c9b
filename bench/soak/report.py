"""What a soak prints: how fast it went, what happened how often, and what was wrong."""

from collections import Counter

from sqlalchemy import func, select

from backend.mall import Order
from backend.members import Member
from backend.points.models import Account, Entry, Lot
from backend.purchases.models import Purchase, Refund
from backend.runtime import Runtime

TABLES = (Member, Account, Entry, Lot, Purchase, Refund, Order)


def report(runtime: Runtime, tally: Counter[str], faults: list[str], *, seconds: float, proof_seconds: float) -> str:
    """The whole story, as text."""
    steps = tally.pop("steps")
    rate = steps / seconds
    parts = [
        f"{steps:,} steps in {seconds:,.0f} s ({rate:,.0f} a second), proved in {proof_seconds:,.0f} s",
        "rows: " + ", ".join(f"{name} {count:,}" for name, count in _rows(runtime).items()),
        _section("what went wrong on purpose", {name[2:]: n for name, n in tally.items() if name.startswith("! ")}),
        _section("steps", {name: n for name, n in tally.items() if ":" not in name and name[0] != "!"}),
        _section("refusals, and the work of the nights", {name: n for name, n in tally.items() if ":" in name}),
        _faults(faults),
    ]
    return "\n\n".join(parts)


def _rows(runtime: Runtime) -> dict[str, int]:
    with runtime.sessions.read() as session:
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


def _section(title: str, counts: dict[str, int]) -> str:
    width = max(map(len, counts), default=0)
    lines = [f"  {name:{width}} {count:>11,}" for name, count in sorted(counts.items(), key=lambda one: -one[1])]
    return "\n".join([title, *lines])


def _faults(faults: list[str]) -> str:
    return "\n".join([f"faults: {len(faults)}", *faults])
