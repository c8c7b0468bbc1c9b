import pytest
from sqlalchemy import func, select

from backend import points
from backend.checkin.models import CheckIn
from backend.lottery.models import Play
from backend.mall.models import Order
from backend.purchases.models import Purchase
from bench import shop
from bench.bare import listen, replay
from tests.support.clocks import MORNING

SIZE = 4


@pytest.mark.parametrize(
    ("call", "table"), [(shop.check_in, CheckIn), (shop.purchase, Purchase), (shop.exchange, Order), (shop.play, Play)]
)
def test_the_bare_driver_writes_the_very_rows_of_the_calls(runtime, engine, sessions, call, table):
    store = shop.open_shop(runtime, SIZE)
    calls = [call(store, number, MORNING) for number in range(SIZE)]
    heard = listen(runtime, engine, calls)
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(table)) == 0, "listening leaves nothing behind"
    assert replay(engine, heard) > 0
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(table)) == SIZE
        assert points.verify(session, [member_id for member_id, _ in store.members]) == []


def test_a_call_that_only_reads_is_measured_by_what_it_read(runtime, engine):
    store = shop.open_shop(runtime, 1)
    (said,) = listen(runtime, engine, [shop.card(store, 0, MORNING)])
    assert [sql.split()[0] for sql, _, _ in said.rows] == ["SELECT"]


def test_a_refused_call_is_no_measurement(runtime, engine):
    store = shop.open_shop(runtime, 1)
    twice = [shop.check_in(store, 0, MORNING)] * 2
    with pytest.raises(RuntimeError, match="409"):
        listen(runtime, engine, twice)
