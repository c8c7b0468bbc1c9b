import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from backend.kit.clock import Clock, SystemClock
from backend.wechat.credentials import AppCredentials
from backend.wechat.simulator.pay_account import PayAccount
from backend.wechat.simulator.sms_account import SmsAccount

AppKind = Literal["official-account", "mini-program"]

OFFICIAL_ACCOUNT: Final[AppKind] = "official-account"
MINI_PROGRAM: Final[AppKind] = "mini-program"


@dataclass(frozen=True, slots=True)
class App:
    """An account that the simulated WeChat knows. It pushes to `callback_url`, sealed when there is an AES key."""

    kind: AppKind
    credentials: AppCredentials
    name: str = "百汇会员"
    callback_url: str | None = None

    @property
    def appid(self) -> str:
        return self.credentials.appid


@dataclass(frozen=True, slots=True)
class Template:
    """A template or subscribe message as the console shows it: `fields` maps each key (thing1) to its label."""

    title: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A line of a sample: its field, the label, and what stands there."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A message of the shop with sample words: as a template message, as a notice, in words, and what fills an SMS."""

    name: str
    title: str
    marks: tuple[str, ...]
    template: tuple[SampleRow, ...]
    notice: tuple[SampleRow, ...]
    text: str
    sms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quota:
    """How often an API may be called for one appid, in a day of China and in a minute; None is without end."""

    per_day: int | None = None
    per_minute: int | None = None


# Published limits of a young account.
QUOTAS: Final[Mapping[str, Quota]] = {
    "cgi-bin/token": Quota(per_day=2000),
    "cgi-bin/stable_token": Quota(per_day=500_000, per_minute=10_000),
    "cgi-bin/message/template/send": Quota(per_day=100_000),
    "cgi-bin/message/subscribe/send": Quota(per_day=10_000_000),
    "cgi-bin/message/subscribe/bizsend": Quota(per_day=100_000),
    "wxa/getwxacodeunlimit": Quota(per_minute=5000),
}

DEMO_OFFICIAL_ACCOUNT: Final = AppCredentials(
    "wxba1bab1e00000001", "simulated-official-account", "simulated-token", "SimulatedOfficialAccountAesKeyForBaihuiDemA"
)
DEMO_MINI_PROGRAM: Final = AppCredentials("wxba1bab1e00000002", "simulated-mini-program")


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """All that a simulator begins with.

    `templates` belong to every official account, `subscribe_templates` to every mini-program; an account without any
    takes all ids. `samples` are drawn on a page of their own. `sms` is the account with the provider of SMS, whose API
    is at the simulator's `/`; `pay` the merchant's with WeChat Pay, whose API is under `/v3`.
    """

    apps: tuple[App, ...] = (App(OFFICIAL_ACCOUNT, DEMO_OFFICIAL_ACCOUNT), App(MINI_PROGRAM, DEMO_MINI_PROGRAM))
    templates: Mapping[str, Template] = field(default_factory=dict)
    subscribe_templates: Mapping[str, Template] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    sms: SmsAccount | None = None
    pay: PayAccount | None = None
    state: Path | None = None
    clock: Clock = field(default_factory=SystemClock)
    token_lifetime: int = 7200
    push_timeout: float = 5


def read_templates(given: Mapping[str, Any]) -> dict[str, Template]:
    """Templates as JSON spells them: {template_id: {title, fields: [{key, label}]}}. KeyError, TypeError else."""
    return {
        str(template_id): Template(str(spec["title"]), {str(row["key"]): str(row["label"]) for row in spec["fields"]})
        for template_id, spec in given.items()
    }


def read_config(path: Path, base: SimulatorConfig) -> SimulatorConfig:
    """`base` with the apps and templates of a JSON file: {apps: [{kind, appid, secret, token?, aes_key?, name?,
    callback_url?}], templates?: {...}, subscribe_templates?: {...}, sms?: {what SmsAccount has},
    pay?: {what PayAccount has},
    samples?: [{what Sample has}]}.
    """
    given = json.loads(path.read_text("utf-8"))
    apps = tuple(_app(spec) for spec in given.get("apps", [])) or base.apps
    return replace(
        base,
        apps=apps,
        templates={**base.templates, **read_templates(given.get("templates", {}))},
        subscribe_templates={**base.subscribe_templates, **read_templates(given.get("subscribe_templates", {}))},
        sms=SmsAccount(**given["sms"]) if given.get("sms") else base.sms,
        pay=PayAccount(**given["pay"]) if given.get("pay") else base.pay,
        samples=tuple(_sample(spec) for spec in given.get("samples", [])) or base.samples,
    )


def _sample(spec: Mapping[str, Any]) -> Sample:
    rows = {kind: tuple(SampleRow(**row) for row in spec[kind]) for kind in ("template", "notice")}
    return Sample(spec["name"], spec["title"], tuple(spec["marks"]), text=spec["text"], sms=tuple(spec["sms"]), **rows)


def _app(spec: Mapping[str, str]) -> App:
    kind = MINI_PROGRAM if spec["kind"] == MINI_PROGRAM else OFFICIAL_ACCOUNT
    credentials = AppCredentials(spec["appid"], spec["secret"], spec.get("token", ""), spec.get("aes_key", ""))
    return App(kind, credentials, spec.get("name", "百汇会员"), spec.get("callback_url") or None)
