from datetime import date, timedelta

import pytest

from backend import scenes, stores
from backend.scenes import Asked
from tests.factories.members import make_follower
from tests.factories.scenes import make_scene
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

DAY = timedelta(days=1)


@pytest.fixture
def made(session):
    """Two stores, an employee in each by the same code, an event without a store; each scanned on three days."""
    codes = {}
    for code in ("PD", "HQ"):
        store = make_store(session, code=code, name=f"{code} 店")
        stores.create_staff(session, store.id, code="11", name="陈静", role="guide")
        session.flush()
        codes[code] = make_scene(session, kind="store", label=f"{code} 正门", store_code=code).code
        codes[f"{code}/11"] = make_scene(session, kind="staff", label="导购 11", store_code=code, subject="11").code
    codes["event"] = make_scene(session).code
    for number, code in enumerate(codes.values(), start=1):
        for day in range(3):
            for _ in range(number):
                scenes.note_follow(session, code, make_follower(session).id, now=MORNING + day * DAY)
    session.flush()
    return codes


EVERYTHING = Asked()


def ask(session, by, asked=EVERYTHING, after=None, limit=9):
    return {line.key: line.scans for line in scenes.statistics(session, asked, by=by, after=after, limit=limit)}


def test_by_day(session, made):
    days = [(f"2026-03-0{day}",) for day in (1, 2, 3)]
    assert ask(session, "day") == dict.fromkeys(days, 15)
    assert ask(session, "day", after=days[0], limit=1) == {days[1]: 15}
    assert ask(session, "day", Asked(first=date(2026, 3, 2), last=date(2026, 3, 2))) == {days[1]: 15}


def test_by_scene(session, made):
    assert ask(session, "scene") == {(code,): 3 * number for number, code in enumerate(made.values(), start=1)}
    first, *rest = sorted(made.values())
    assert list(ask(session, "scene", after=(first,))) == [(code,) for code in rest]
    assert ask(session, "scene", Asked(code=made["event"])) == {(made["event"],): 15}


def test_by_store(session, made):
    lines = scenes.statistics(session, Asked(), by="store", limit=9)
    assert [(line.key, line.name, line.scans) for line in lines] == [(("HQ",), "HQ 店", 21), (("PD",), "PD 店", 9)]
    assert ask(session, "store", after=("HQ",)) == {("PD",): 9}
    assert ask(session, "store", Asked(kind="store")) == {("HQ",): 9, ("PD",): 3}


def test_by_employee(session, made):
    assert ask(session, "staff") == {("HQ", "11"): 12, ("PD", "11"): 6}
    assert ask(session, "staff", after=("HQ", "11")) == {("PD", "11"): 6}
    assert ask(session, "staff", after=("HQ", "10"), limit=1) == {("HQ", "11"): 12}
    store_id = stores.store_by_code(session, "PD").id
    assert ask(session, "staff", Asked(store_id=store_id)) == {("PD", "11"): 6}


def test_sums_are_numbers(session, made):
    (line,) = scenes.statistics(session, Asked(code=made["event"]), by="scene", limit=9)
    assert (line.people, line.follows, line.unfollows, line.joins, line.net) == (15, 15, 0, 0, 15)
    assert {type(figure) for figure in (line.scans, line.people, line.follows)} == {int}


def test_nothing(session):
    assert ask(session, "day") == {}
