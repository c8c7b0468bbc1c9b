from dataclasses import replace

import pytest

from backend.messaging import CATALOGUE, Texting, console_templates
from backend.wechat import MiniProgram, OfficialAccount
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from tests.backend.messaging.channels.people import Person, make_person
from tests.support.databases import sqlite_copy
from tests.support.mail import running_post
from tests.support.runtimes import MP, OA, make_runtime
from tests.support.simulator import running_simulator
from tests.support.sms import SIMULATED, sender_to

NOTICES = {name: f"notice-of-{name}" for name in CATALOGUE}
SUBSCRIBES = {name: f"ask-for-{name}" for name in CATALOGUE}
SMS = {name: f"sms-of-{name}" for name, template in CATALOGUE.items() if template.sms}
TEXTS = {SMS[name]: "".join(f"{{{number + 1}}};" for number in range(len(CATALOGUE[name].sms))) for name in SMS}
PRICE = 5


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """What channels write down, the domains below them test on each engine."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def wechat(clock):
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    sms = replace(SIMULATED, templates=TEXTS)
    with running_simulator(SimulatorConfig(apps=apps, sms=sms, clock=clock, push_timeout=0.5)) as running:
        running.register_templates(console_templates(NOTICES, subscription=True))
        running.register_templates(console_templates(SUBSCRIBES, subscription=True), appid=MP.appid)
        yield running


@pytest.fixture
def runtime(engine, clock, wechat):
    """A shop with every channel but template messages and mail; impatient with WeChat."""
    plain = make_runtime(engine, clock, wechat_url=wechat.base_url)
    known = {"cache": plain.cache, "base_url": wechat.base_url, "timeout": (1, 1)}
    return replace(
        plain,
        official_account=OfficialAccount(OA, **known),
        mini_program=MiniProgram(MP, **known),
        notice_template_ids=NOTICES,
        subscribe_template_ids=SUBSCRIBES,
        public_base_url="https://shop.example",
    )


@pytest.fixture
def texting(runtime, wechat):
    """The same shop, which sends SMS too."""
    return replace(runtime, texting=Texting(sender_to(wechat), SMS, PRICE, longest_word=12))


@pytest.fixture
def post():
    with running_post() as post:
        yield post


@pytest.fixture
def person(runtime, wechat) -> Person:
    return make_person(runtime, wechat)
