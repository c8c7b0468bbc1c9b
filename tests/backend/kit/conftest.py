import pytest

from backend.app import create_app
from backend.kit.db import sessions
from tests.support.toys import ToyModel, counting_door, toy_door


@pytest.fixture
def app(runtime):
    """An application of the test's own, in which it may open more doors."""
    return create_app(runtime)


@pytest.fixture
def toys(engine):
    """The toy tables, in the test's database."""
    with engine.begin() as connection:
        ToyModel.metadata.create_all(connection)
    yield engine
    with engine.begin() as connection:
        ToyModel.metadata.drop_all(connection)


@pytest.fixture
def door(toys):
    return toy_door()


@pytest.fixture
def open_door(app):
    """Register a toy door and get a client for it."""

    def register(api):
        app.register_api(api)
        return app.test_client()

    return register


@pytest.fixture
def tally_client(open_door, toys):
    return open_door(counting_door())


@pytest.fixture
def make(toys):
    return sessions(toys).write


@pytest.fixture
def mariadb_make(mariadb):
    ToyModel.metadata.create_all(mariadb)
    yield sessions(mariadb).write
    ToyModel.metadata.drop_all(mariadb)
