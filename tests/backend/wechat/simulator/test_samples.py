import re

import pytest

from backend.wechat.simulator import Sample, SampleRow, SimulatorConfig, create_simulator
from backend.wechat.simulator.world import world_of

ROWS = (SampleRow("number1", "获得积分", "128"), SampleRow("thing2", "获得方式", "消费积分"))
OTHER = (SampleRow("thing1", "温馨提示", "<b>二十个字以上的话是微信不会接受的因为太长了</b>"),)
SAMPLES = (
    Sample("points_earned", "积分到账通知", ("service", "at once"), ROWS, ROWS, "您获得128积分。", ()),
    Sample("win_back", "会员回馈通知", ("marketing", "by day"), (), OTHER, "好久不见。", ("一", "二")),
)


@pytest.fixture
def page():
    program = create_simulator(SimulatorConfig(samples=SAMPLES))
    yield program.test_client().get("/_sim/samples").text
    world_of(program).close()


def test_each_message_is_drawn_once_the_way_it_is_sent(page):
    assert re.findall(r'<h2 id="([a-z_]+)-title">', page) == ["points_earned", "win_back"]
    assert page.count("模板消息") == page.count("订阅消息") == 2, "what is said twice in the same way is drawn once"
    assert "您获得128积分。" in page
    assert "短信填入：一，二" in page


def test_what_wechat_would_refuse_is_marked(page):
    assert page.count("微信会拒绝") == 1


def test_words_of_others_are_no_markup(page):
    assert "<b>二十" not in page
    assert not re.search(r"<style|<script|\bstyle=|\bon\w+=", page)


def test_without_samples_it_says_so():
    program = create_simulator(SimulatorConfig())
    assert "没有消息样例" in program.test_client().get("/_sim/samples").text
    world_of(program).close()
