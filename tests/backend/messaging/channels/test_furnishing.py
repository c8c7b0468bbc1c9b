from dataclasses import replace

from backend.messaging import CATALOGUE
from backend.messaging.attempt import by_name
from tests.support.runtimes import make_runtime


def test_a_shop_without_templates_sends_nothing_by_the_official_account(engine, clock):
    runtime = make_runtime(engine, clock)
    bare = by_name(runtime)["official-account"]
    assert not bare.carries(CATALOGUE["points_earned"])
    set_up = by_name(replace(runtime, template_ids={"points_earned": "T", "campaign": "C"}))["official-account"]
    assert set_up.carries(CATALOGUE["points_earned"])
    assert not set_up.carries(CATALOGUE["tier_lost"])
    assert not set_up.carries(CATALOGUE["campaign"])  # marketing, which WeChat blocks
