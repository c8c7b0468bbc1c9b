import json

from backend.wechat.simulator import SimulatorConfig
from backend.wechat.simulator.config import read_config
from config.channel_settings import ChannelSettings
from config.settings import Settings
from scripts.launch.simulated_wechat import notice_ids, sms_environment, subscribe_ids, template_ids, write_config
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
    sent = sum(bool(one.official_account) + bool(one.subscription) for one in catalogue.load().values())
    assert len(read.templates) == sent
    assert [app.callback_url for app in read.apps] == [f"http://127.0.0.1:8000/wechat/{name}" for name in ("oa", "mp")]
    assert path.stat().st_mode & 0o077 == 0


def test_ids_of_messages_that_there_are_not_are_left_out(tmp_path):
    path = tmp_path / "simulator.json"
    write_config(path, web_url="http://127.0.0.1:8000", ids="points_earned=T1,unheard_of=T2")
    assert "T1" in json.loads(path.read_text("utf-8"))["templates"]
    assert not {"T2", "unheard_of"} & set(json.loads(path.read_text("utf-8"))["templates"])


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


def test_the_shop_is_told_the_templates_that_the_simulator_knows(tmp_path):
    path = tmp_path / "simulator.json"
    write_config(path, web_url="http://127.0.0.1:8000", ids=template_ids())
    read = read_config(path, SimulatorConfig())
    told = ChannelSettings(
        notice_template_ids=notice_ids(),
        subscribe_template_ids=subscribe_ids(),
        **{name.lower(): value for name, value in sms_environment("http://127.0.0.1:8001").items()},
    )
    assert set(told.notice_template_ids.values()) <= set(read.templates)
    assert set(told.subscribe_template_ids.values()) == set(read.subscribe_templates)
    assert set(told.sms_template_ids.values()) == set(read.sms.templates)
    assert (told.sms_secret_id, told.sms_app_id, told.sms_sign) == (
        read.sms.secret_id,
        read.sms.app_id,
        read.sms.sign,
    )
    assert read.sms.replies_url == f"http://127.0.0.1:8000/sms/replies?key={told.sms_replies_key.get_secret_value()}"
    for name, template_id in told.sms_template_ids.items():
        words = len(catalogue.load()[name].sms)
        assert read.sms.templates[template_id].count("{") == words
