import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.wechat.simulator.store import Store


def test_all_or_nothing(tmp_path: Path):
    store = Store(tmp_path / "w.db")
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as db:
        db.executemany("INSERT INTO quotas VALUES (?, 1, 1)", [("a",), ("b",), ("a",)])
    assert _count(store) == 0
    store.close()


def test_threads_take_turns(tmp_path: Path):
    store = Store(tmp_path / "w.db")
    with store.transaction() as db:
        db.execute("INSERT INTO quotas VALUES ('a', 0, 0)")

    def add(_: int) -> None:
        with store.transaction() as db:
            (value,) = db.execute("SELECT per_day FROM quotas").fetchone()
            db.execute("UPDATE quotas SET per_day = ?", (value + 1,))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(200)))
    with store.transaction() as db:
        assert db.execute("SELECT per_day FROM quotas").fetchone()[0] == 200
    store.close()


def test_a_file_keeps_what_was_written(tmp_path: Path):
    path = tmp_path / "deep" / "w.db"
    store = Store(path)
    with store.transaction() as db:
        db.execute("INSERT INTO quotas VALUES ('a', 1, 1)")
    store.close()
    again = Store(path)
    assert _count(again) == 1
    again.close()


def _count(store: Store) -> int:
    with store.transaction() as db:
        return int(db.execute("SELECT COUNT(*) FROM quotas").fetchone()[0])
