from pathlib import Path

import pytest

from backend.kit.clock import FixedClock
from tests.support.clocks import MORNING
from tests.support.databases import sqlite_copy
from tests.support.runtimes import make_runtime


@pytest.fixture
def runtime_on_mariadb(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING))


@pytest.fixture(scope="module")
def merging_sessions(sqlite_template, tmp_path_factory):
    """Sessions on one database for all the examples of a property."""
    folder: Path = tmp_path_factory.mktemp("properties")
    with sqlite_copy(sqlite_template, folder) as engine:
        yield make_runtime(engine, FixedClock(MORNING)).sessions
