from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from flask import current_app

from backend import messaging, preferences
from backend.kit.cache import Cache
from backend.kit.clock import Clock
from backend.kit.db import Sessions
from backend.kit.limits import RateLimiter
from backend.mail import Mailer
from backend.media import Storage
from backend.wechat import MiniProgram, OfficialAccount, ProgramState, WechatPay


@dataclass(frozen=True)
class Keys:
    """Secrets derived from SECRET_KEY, one for each use."""

    tokens: bytes = field(repr=False)
    card_codes: bytes = field(repr=False)
    unsubscribing: bytes = field(repr=False)


@dataclass(frozen=True)
class Cluster:
    """Where worker groups are asked to send messages, and how much each does at once (`threads` drains)."""

    redis_url: str = field(repr=False)
    namespace: str
    threads: int


@dataclass(frozen=True)
class Runtime:
    """Everything a process works with, joined once by the wiring (or by a test) and never changed."""

    sessions: Sessions
    clock: Clock
    rng: Random
    cache: Cache
    limiter: RateLimiter
    keys: Keys
    official_account: OfficialAccount
    mini_program: MiniProgram
    media: Storage
    template_ids: dict[str, str]
    notice_template_ids: dict[str, str] = field(default_factory=dict)
    subscribe_template_ids: dict[str, str] = field(default_factory=dict)
    program_state: ProgramState = "formal"
    texting: messaging.Texting | None = None
    sms_replies_key: str = field(default="", repr=False)
    mailer: Mailer | None = None
    pay: WechatPay | None = None
    """None where nothing can be paid in the mini-program."""

    daily_quotas: Mapping[str, int] = field(default_factory=dict)
    public_base_url: str = ""
    trusted_proxies: int = 0
    development: bool = False
    cluster: Cluster | None = None
    """None where the jobs process sends all messages itself."""

    @cached_property
    def channels(self) -> tuple[messaging.Channel, ...]:
        """The ways to members that this shop has set up."""
        return messaging.channels_of(self)

    @property
    def guide_url(self) -> str:
        """Where a link into the mini-program leads in an app that cannot open one."""
        return f"{self.public_base_url}/wechat/guide"

    def unsubscribe_url(self, member_id: int) -> str:
        """Where a member ends marketing by mail."""
        return f"{self.public_base_url}/unsubscribe/{preferences.mail_token(member_id, self.keys.unsubscribing)}"


def runtime() -> Runtime:
    """The runtime of the app that serves this call."""
    found: Runtime = current_app.extensions["runtime"]
    return found
