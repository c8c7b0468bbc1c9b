"""A shop that is reached over HTTP, and a simulated WeChat Pay that it is paid by; both have the test's clock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from werkzeug.serving import make_server

from backend.app import furnish
from backend.kit.calls import CallApp
from backend.kit.clock import Clock
from backend.runtime import Runtime
from backend.wechat import Merchant, WechatPay
from backend.wechat.simulator import MINI_PROGRAM, App, PayAccount, SimulatorConfig
from tests.support.runtimes import MP
from tests.support.simulator import RunningSimulator, running_simulator

MCHID, SERIAL, PUBLIC_KEY_ID = "1900000001", "5157F09EFDC096DE", "PUB_KEY_ID_01"
API_V3_KEY = "0123456789abcdef0123456789abcdef"


@lru_cache
def key_pair(name: str) -> tuple[str, str]:
    """A private and a public key, made once for all tests of a process."""
    key = generate_private_key(65537, 2048)
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


def merchant(**changed: str) -> Merchant:
    known = Merchant(
        MCHID, MP.appid, SERIAL, key_pair("merchant")[0], API_V3_KEY, PUBLIC_KEY_ID, key_pair("platform")[1]
    )
    return replace(known, **changed)


def account(**changed: object) -> PayAccount:
    """The simulator's side of it, which posts nothing again by itself."""
    known = PayAccount(
        MCHID, SERIAL, key_pair("merchant")[1], API_V3_KEY, key_pair("platform")[0], PUBLIC_KEY_ID, retries_s=()
    )
    return replace(known, **changed)  # type: ignore[arg-type]


@contextmanager
def paid_world(clock: Clock, **changed: object) -> Iterator[RunningSimulator]:
    """A simulated WeChat with WeChat Pay."""
    apps = (App(MINI_PROGRAM, MP),)
    with running_simulator(SimulatorConfig(apps=apps, pay=account(**changed), clock=clock)) as running:
        yield running


@dataclass(frozen=True)
class Shop:
    """A shop that listens, its runtime with WeChat Pay, and the WeChat that it is paid by."""

    url: str
    runtime: Runtime
    wechat: RunningSimulator

    @property
    def notify_url(self) -> str:
        return f"{self.url}/wechat/pay/notify"


@contextmanager
def listening_shop(doors: CallApp, runtime: Runtime, wechat: RunningSimulator) -> Iterator[Shop]:
    """The shop at an address of its own, so that WeChat Pay can tell it."""
    server = make_server("127.0.0.1", 0, doors, threaded=True)
    url = f"http://127.0.0.1:{server.port}"
    pay = WechatPay(merchant(), base_url=wechat.base_url, notify_url=f"{url}/wechat/pay/notify")
    whole = replace(runtime, pay=pay)
    furnish(doors, whole)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Shop(url, whole, wechat)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
