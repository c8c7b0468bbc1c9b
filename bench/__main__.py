"""`python -m bench [sqlite|mariadb ...]`: the figures of docs/performance.md, measured anew."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, text

from backend import coupons
from backend.kit import logs
from backend.kit.db import connect
from backend.kit.migrations import upgrade
from backend.runtime import Runtime
from backend.wiring import joined, settings_of_environment
from bench import shop
from bench.bare import listen, replay
from bench.load import Figures, load
from bench.scratch import mariadb
from bench.server import served
from bench.shop import Call, Shop

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
LOADS = ((1, 300), (8, 900), (32, 1_300))  # clients, calls
WARM_UP = 60
BARE = 200
RUSH, RUSH_CLIENTS = 500, 100
HEAD = "| call | statements | bare driver /s | clients | calls/s | of bare | p50 ms | p95 ms | p99 ms | failed |"


@dataclass(frozen=True)
class Scenario:
    """A call that is measured."""

    name: str
    call: Callable[[Shop, int, datetime], Call]


SCENARIOS = (
    Scenario("card read", shop.card),
    Scenario("check-in", shop.check_in),
    Scenario("purchase", shop.purchase),
    Scenario("exchange", shop.exchange),
    Scenario("play", shop.play),
    Scenario("claim", shop.claim),
)


def main() -> None:
    """Measure each engine that was named, or both."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; clients on the same cores\n"
    )
    wanted = sys.argv[1:] or ["sqlite", "mariadb"]
    with TemporaryDirectory() as folder:
        if "sqlite" in wanted:
            measure("SQLite", {"DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}"}, workers=1)
    if "mariadb" in wanted:
        with mariadb() as url:
            measure("MariaDB and Redis", {"DATABASE_URL": url, "REDIS_URL": REDIS}, workers=2)


def measure(title: str, store: dict[str, str], *, workers: int) -> None:
    """Print a table for one database: each call at 1, 8 and 32 clients, beside the bare driver."""
    settings = store | {"ENVIRONMENT": "development", "LOG_LEVEL": "warning"}
    os.environ.update(settings)
    logs.configure(level="warning", json=True)
    runtime, engine = joined(settings_of_environment()), connect(store["DATABASE_URL"])
    upgrade(engine)
    # every member checks in once: bare, warm-up and all loads together
    store_to_measure = shop.open_shop(runtime, BARE + WARM_UP + sum(calls for _, calls in LOADS))
    print(f"## {title}, {workers} web process{'es' if workers > 1 else ''} of 4 threads, {_version(engine)}\n")
    print(HEAD, "|---" * HEAD.count(" | ") + "|---|", sep="\n", flush=True)
    with served(settings, workers=workers) as address:
        for scenario in SCENARIOS:
            for line in _rows(scenario, store_to_measure, runtime, engine, address):
                print(line, flush=True)
        print(_rush(store_to_measure, runtime, address), flush=True)
    engine.dispose()
    print()


def _rows(scenario: Scenario, store: Shop, runtime: Runtime, engine: Engine, address: tuple[str, int]) -> Iterator[str]:
    at = runtime.clock.now()
    prepared = [scenario.call(store, number, at) for number in range(len(store.members))]
    heard = listen(runtime, engine, prepared[:BARE])
    bare, statements = replay(engine, heard), max(len(said.statements) for said in heard)
    load(address, prepared[BARE : BARE + WARM_UP], clients=4)
    first = BARE + WARM_UP
    for clients, amount in LOADS:
        figures = load(address, prepared[first : first + amount], clients=clients)
        first += amount
        yield _line(scenario.name, statements, bare, figures)


def _rush(store: Shop, runtime: Runtime, address: tuple[str, int]) -> str:
    """Many members at once for few coupons: how many got one, and how fast all were answered."""
    calls = [shop.hot_claim(store, number, runtime.clock.now()) for number in range(RUSH)]
    seen = load(address, calls, clients=RUSH_CLIENTS)
    with runtime.sessions.read() as session:
        issued = coupons.template_of(session, store.hot_coupon_id).issued
        faults = coupons.count_faults(session)
    return (
        f"\n{RUSH} members at once ({seen.clients} connections) for {shop.HOT} coupons: {issued} issued,"
        f" answers by status {dict(sorted(seen.statuses.items()))}, {len(faults)} counters wrong;"
        f" {seen.rate:,.0f} claims/s, p50 {seen.p50:.1f} ms, p99 {seen.p99:.1f} ms"
    )


def _line(name: str, statements: int, bare: float, seen: Figures) -> str:
    figures = f"{seen.rate:,.0f} | {seen.rate / bare:.2f} | {seen.p50:.1f} | {seen.p95:.1f} | {seen.p99:.1f}"
    return f"| {name} | {statements} | {bare:,.0f} | {seen.clients} | {figures} | {seen.failed} |"


def _version(engine: Engine) -> str:
    ask = "SELECT sqlite_version()" if engine.dialect.name == "sqlite" else "SELECT version()"
    with engine.connect() as connection:
        return str(connection.scalar(text(ask)))


if __name__ == "__main__":
    main()
