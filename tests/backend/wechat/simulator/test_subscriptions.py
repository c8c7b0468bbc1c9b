import pytest

from backend.wechat.simulator import DEMO_MINI_PROGRAM, DEMO_OFFICIAL_ACCOUNT
from tests.support.simulator import RunningSimulator

TEMPLATES = {"T-ready": {"title": "取货提醒", "fields": [{"key": "thing1", "label": "商品"}]}}


def test_accepts_add_up_for_each_user_and_template(simulator: RunningSimulator):
    user, other = simulator.new_user(), simulator.new_user()
    for template_id in ("T1", "T1", "T2"):
        simulator.subscribe(user, template_id)
    assert [simulator.accepts(user, template_id) for template_id in ("T1", "T2", "T3")] == [2, 1, 0]
    assert simulator.accepts(other, "T1") == 0


def test_a_refusal_takes_back_what_was_accepted(simulator: RunningSimulator):
    user = simulator.new_user()
    simulator.subscribe(user, "T1")
    simulator.subscribe(user, "T2")
    simulator.subscribe(user, "T1", "reject")
    assert [simulator.accepts(user, template_id) for template_id in ("T1", "T2")] == [0, 1]
    simulator.subscribe(user, "T1")
    assert simulator.accepts(user, "T1") == 1


def test_registered_templates_are_offered_and_no_others(simulator: RunningSimulator):
    simulator.register_templates(TEMPLATES, appid=DEMO_MINI_PROGRAM.appid)
    simulator.register_templates({"T-oa": {"title": "x", "fields": []}}, appid=DEMO_OFFICIAL_ACCOUNT.appid)
    user = simulator.new_user()
    offered = {"template_id": "T-ready", "title": "取货提醒", "labels": ["商品"], "accepts": 0}
    assert simulator.get(f"users/{user.id}/subscriptions")["items"] == [offered]
    for unknown in ("T-other", "T-oa"):
        with pytest.raises(Exception, match="404"):
            simulator.subscribe(user, unknown)
