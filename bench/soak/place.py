"""Where a soak takes place: a database with a store in it, and the processes' way to it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend import mall, operators, stores
from backend.kit import logs
from backend.kit.db import connect, run
from backend.kit.migrations import upgrade
from backend.runtime import Runtime
from backend.wiring import joined, settings_of_environment
from bench.scratch import mariadb
from bench.soak.world import World
from bench.soak.year import OPENING

ITEMS = 6
STOCK = 1_000_000
SCARCE = 25
RETURN_DAYS = (7, 7, 0)  # of the stores
ROLES: tuple[operators.Role, ...] = ("operator", "admin")


@contextmanager
def database(url: str | None) -> Iterator[str]:
    """The URL of a migrated database: the one told, or a MariaDB database of its own, dropped at the end."""
    if url is None:
        with mariadb() as made:
            upgrade(connect(made))
            yield made
    else:
        upgrade(connect(url))
        yield url


def runtime_of(url: str) -> Runtime:
    """A process's way to the store, of the product's own parts; its log tells only what it cannot mend."""
    os.environ.update({"DATABASE_URL": url, "ENVIRONMENT": "development", "LOG_LEVEL": "error"})
    runtime = joined(settings_of_environment())
    logs.configure(level="critical", json=True)
    return runtime


def open_store(runtime: Runtime, *, processes: int) -> list[World]:
    """Stores, goods and operators, and a world for each process to begin with."""

    def work(session: Session) -> tuple[list[int], list[int]]:
        opened = OPENING - timedelta(days=1)
        store_ids = [_store(session, number, opened) for number in range(len(RETURN_DAYS))]
        item_ids = [_item(session, number, opened) for number in range(ITEMS)]
        for process in range(processes):
            for role in ROLES:
                _hire(session, f"soak-{process}-{role}", role, opened)
        return store_ids, item_ids

    store_ids, item_ids = run(runtime.sessions.write, work)
    return [World(process, store_ids, item_ids) for process in range(processes)]


def _hire(session: Session, login: str, role: operators.Role, now: datetime) -> None:
    operators.create(session, login=login, password="soak-and-nothing-else", display_name=role, role=role, now=now)  # noqa: S106  of a database that is dropped


def _store(session: Session, number: int, now: datetime) -> int:
    store = stores.create_store(session, code=f"SOAK-{number}", name="试验店", return_days=RETURN_DAYS[number], now=now)
    session.flush()  # what is sold there refers to it
    return store.id


def _item(session: Session, number: int, now: datetime) -> int:
    """Some goods are plentiful, some run out."""
    offer = mall.Offer(title=f"礼品 {number}", points=100 * (number + 1))
    return mall.add_item(session, offer, stock=STOCK if number % 2 else SCARCE, now=now).id
