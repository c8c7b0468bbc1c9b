import json

from backend.wechat.simulator import SimulatorConfig
from backend.wechat.simulator.config import read_config
from config.settings import Settings
from scripts.launch.simulated_wechat import template_ids, write_config
from templates_msg import catalogue


def test_every_message_has_an_id_and_keeps_it():
    pairs = dict(pair.split("=") for pair in template_ids().split(","))
    assert set(pairs) == set(catalogue.load())
    assert len(set(pairs.values())) == len(pairs)
    assert template_ids() == template_ids()


def test_simulator_knows_our_accounts_and_templates(tmp_path):
    path = tmp_path / "simulator.json"
    write_config(path, web_url="http://127.0.0.1:8000", ids=template_ids())
    read = read_config(path, SimulatorConfig())
    ours = Settings(environment="development")
    assert [app.appid for app in read.apps] == [ours.wechat_oa_appid, ours.wechat_mp_appid]
    assert read.apps[0].credentials.secret == ours.wechat_oa_secret.get_secret_value()
    sent = {one.title for one in catalogue.load().values() if one.official_account}
    assert {template.title for template in read.templates.values()} == sent
    assert [app.callback_url for app in read.apps] == [f"http://127.0.0.1:8000/wechat/{name}" for name in ("oa", "mp")]
    assert path.stat().st_mode & 0o077 == 0


def test_ids_of_messages_that_there_are_not_are_left_out(tmp_path):
    path = tmp_path / "simulator.json"
    write_config(path, web_url="http://127.0.0.1:8000", ids="points_earned=T1,unheard_of=T2")
    assert list(json.loads(path.read_text("utf-8"))["templates"]) == ["T1"]


def test_every_message_has_a_sample_with_its_words(tmp_path):
    path = tmp_path / "simulator.json"
    write_config(path, web_url="http://127.0.0.1:8000", ids=template_ids())
    samples = {sample.name: sample for sample in read_config(path, SimulatorConfig()).samples}
    assert set(samples) == set(catalogue.load())
    assert samples["points_earned"].template[0].value == "128"
    assert samples["points_expiring"].sms == ("120", "2026年3月31日")
    assert not any("{" in sample.text for sample in samples.values())


def test_mini_program_may_ask_to_send_each_message_under_an_id_of_its_own(tmp_path):
    path = tmp_path / "simulator.json"
    write_config(path, web_url="http://127.0.0.1:8000", ids=template_ids())
    read = read_config(path, SimulatorConfig())
    titles = {template.title for template in read.subscribe_templates.values()}
    assert titles == {one.title for one in catalogue.load().values()}
    assert not set(read.subscribe_templates) & set(read.templates)
