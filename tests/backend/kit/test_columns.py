from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError

from backend.kit.db import run, sessions
from tests.support.toys import Tally

instants = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.timezones())  # noqa: DTZ001  bounds


@pytest.fixture
def make(toys):
    return sessions(toys).write


def stored(make, **values):
    def work(session):
        session.merge(Tally(name="a", **values))

    run(make, work)
    with make() as session:
        return session.get_one(Tally, "a")


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(instants)
def test_instants_keep_their_microseconds_and_come_back_in_utc(make, at):
    found = stored(make, at=at).at
    assert found == at.astimezone(UTC)  # Python calls an hour that comes twice equal to no instant of another zone
    assert found.tzinfo is UTC


def test_instants_are_compared_as_instants(make):
    at = datetime(2026, 3, 1, 1, 0, 0, 999_999, tzinfo=UTC)
    stored(make, at=at)
    with make() as session:
        shanghai = datetime.fromisoformat("2026-03-01T09:00:00.999999+08:00")
        assert session.scalar(select(Tally.name).where(Tally.at == shanghai)) == "a"
        assert session.scalar(select(Tally.name).where(Tally.at < shanghai)) is None


def test_an_instant_without_a_zone_is_refused(make):
    with pytest.raises(StatementError, match="without a zone"):
        stored(make, at=datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None))


def test_codes_are_compared_byte_by_byte(make):
    def add(session):
        session.add_all([Tally(name=name) for name in ("B2", "b2", "😀", "😎", "é", "e")])

    run(make, add)
    with make() as session:
        assert session.get_one(Tally, "b2").name == "b2"
        assert session.scalar(select(Tally.name).where(Tally.name == "😎")) == "😎"
        assert session.get(Tally, "É") is None


def test_a_code_is_there_once(make):
    run(make, lambda session: session.add(Tally(name="B2")))
    with pytest.raises(IntegrityError):
        run(make, lambda session: session.add(Tally(name="B2")))


@pytest.mark.parametrize("text", ["👩‍🦰 小红 𠮷", "", " ", "a\x00b"])
def test_texts_come_back_as_they_were(make, text):
    assert stored(make, note=text).note == text


def test_large_ids_and_documents_fit(make):
    found = stored(make, count=2**63 - 1, blob=bytes(range(256)) * 4_000)
    assert (found.count, found.blob) == (2**63 - 1, bytes(range(256)) * 4_000)
