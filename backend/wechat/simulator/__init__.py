"""A WeChat to talk to where there is none: a WSGI program of its own, spoken to over HTTP like the real one.

Owns its own state (a SQLite file or memory). Speaks WeChat's API at WeChat's addresses, pushes to the accounts'
callback addresses, is told what to do at `/_sim/...`, and shows a user's phone at `/`. Never part of a shop in
production.
"""

from backend.wechat.simulator.config import (
    DEMO_MINI_PROGRAM,
    DEMO_OFFICIAL_ACCOUNT,
    MINI_PROGRAM,
    OFFICIAL_ACCOUNT,
    App,
    Sample,
    SampleRow,
    SimulatorConfig,
    Template,
    read_templates,
)
from backend.wechat.simulator.pay_account import PayAccount
from backend.wechat.simulator.program import create_simulator, make_simulator_server, world_of
from backend.wechat.simulator.sms_account import SmsAccount

__all__ = [
    "DEMO_MINI_PROGRAM",
    "DEMO_OFFICIAL_ACCOUNT",
    "MINI_PROGRAM",
    "OFFICIAL_ACCOUNT",
    "App",
    "PayAccount",
    "Sample",
    "SampleRow",
    "SimulatorConfig",
    "SmsAccount",
    "Template",
    "create_simulator",
    "make_simulator_server",
    "read_templates",
    "world_of",
]
