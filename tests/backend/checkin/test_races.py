"""Once a day over real connections, with a negative control that shows the race is real."""

from threading import Barrier

import pytest
from sqlalchemy import BigInteger, Column, Date, MetaData, Table, func, insert, select

from backend import points
from backend.app import create_app
from backend.kit.calendar import shop_day
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime

TAPS = 32
GIFT = 100
TODAY = shop_day(MORNING)


@pytest.fixture
def runtime(mariadb, clock):
    return make_runtime(mariadb, clock)


@pytest.fixture
def member_id(sessions):
    with sessions.write.begin() as session:
        return make_member(session).id


@pytest.fixture
def naive_visits(mariadb):
    table = Table("naive_visits", MetaData(), Column("member_id", BigInteger), Column("day", Date))
    table.create(mariadb)
    yield table
    table.drop(mariadb)


def test_of_32_parallel_check_ins_of_a_day_one_is_paid(runtime, sessions, member_id):
    app = create_app(runtime)
    phones = [member_client(app, member_id) for _ in range(TAPS)]
    replies = race(TAPS, lambda number: phones[number].post("/api/mp/v1/check-ins"))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * (TAPS - 1)
    assert {reply.json.get("code") for reply in replies} == {None, "checkin.already-checked-in"}
    with sessions.read() as session:
        paid = [entry.amount for entry in points.entries(session, member_id, limit=TAPS)]
        assert paid == [5, GIFT]
        assert points.verify(session, [member_id]) == []


def test_without_lock_and_constraint_the_same_race_pays_more_than_once(mariadb, member_id, naive_visits):
    connected = Barrier(TAPS)

    def check_in(_number):
        today = (naive_visits.c.member_id == member_id, naive_visits.c.day == TODAY)
        with mariadb.begin() as connection:
            connected.wait(timeout=30)  # a thread that still connects takes no part in the race
            if connection.scalar(select(func.count()).select_from(naive_visits).where(*today)):
                return 409
            connection.execute(insert(naive_visits).values(member_id=member_id, day=TODAY))
            return 201

    assert race(TAPS, check_in).count(201) > 1
