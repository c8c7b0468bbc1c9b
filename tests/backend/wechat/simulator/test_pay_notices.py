"""How notices are posted again; what they hold is tested with `cashier`."""

import time

from backend.kit.clock import FixedClock
from backend.wechat.simulator import SimulatorConfig, create_simulator, pay_notices, world_of
from tests.support.clocks import MORNING
from tests.support.paying import account

NOWHERE = "http://127.0.0.1:9/"
PATIENCE_S = 10


def test_a_notice_that_nobody_takes_is_posted_again_until_the_schedule_is_over():
    ours = account(retries_s=(0, 0))
    world = world_of(create_simulator(SimulatorConfig(pay=ours, clock=FixedClock(MORNING))))
    with world.store.transaction() as db:
        notice_id = pay_notices.keep(db, NOWHERE, "TRANSACTION.SUCCESS", {"out_trade_no": "T1"}, now=0)
    assert pay_notices.post(world, ours, notice_id) == "no-answer"
    give_up_at = time.monotonic() + PATIENCE_S
    tries = 0
    while tries < 3 and time.monotonic() < give_up_at:
        time.sleep(0.02)
        with world.store.transaction() as db:
            tries = db.execute("SELECT tries FROM pay_notices").fetchone()[0]
    assert tries == 3
    with world.store.transaction() as db:
        assert pay_notices.of_number(db, "T1") == [notice_id]
        assert pay_notices.of_number(db, "T") == []
    world.close()
