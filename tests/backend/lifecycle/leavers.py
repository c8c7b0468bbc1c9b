"""Members who are about to leave."""

from datetime import timedelta

from backend import lifecycle, mall
from backend.kit.db import run
from tests.factories.mall import make_item
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

DUE = MORNING + timedelta(days=7)


def leavers(runtime, number):
    """The ids of so many members who asked to leave, each with an exchange that waits."""

    def fill(session):
        store, item = make_store(session), make_item(session, price=10, stock=99)
        session.flush()
        return [_leaver(session, runtime, store.id, item.id) for _ in range(number)]

    return run(runtime.sessions.write, fill)


def _leaver(session, runtime, store_id, item_id):
    member_id = make_member(session).id
    mall.exchange(session, member_id, {item_id: 1}, store_id=store_id, rng=runtime.rng, now=MORNING)
    lifecycle.ask_to_leave(session, member_id, now=MORNING)
    return member_id
