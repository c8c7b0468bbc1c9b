"""What `make run` was asked for, and the environment that its processes get."""

import os
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.settings import WECHAT
from scripts.launch.pay_keys import pay_environment
from scripts.launch.simulated_wechat import notice_ids, sms_environment, subscribe_ids, template_ids

ROOT: Final = Path(__file__).parents[2]


class LaunchSettings(BaseSettings):
    """Settings of the launcher alone; `.env.example` explains each."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: str = "development"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    simulator_port: Annotated[int, Field(ge=1, le=65535)] = 8001
    demo: bool | None = None
    web_workers: Annotated[int, Field(ge=1, le=64)] = 1
    dispatcher: Literal["threads", "cluster"] = "threads"
    worker_groups: Annotated[int, Field(ge=1, le=16)] = 2
    var_dir: Path = ROOT / "var"
    wechat_api_base_url: str | None = None
    public_base_url: str | None = None
    redis_url: str | None = None
    database_url: str | None = None
    media_dir: Path | None = None
    message_template_ids: str | None = None
    notice_template_ids: str | None = None
    subscribe_template_ids: str | None = None
    sms_provider: str | None = None
    wechat_pay_mchid: str | None = None

    @property
    def simulated(self) -> bool:
        """Whether the built-in WeChat is wanted: nobody named another one."""
        return not self.wechat_api_base_url

    @property
    def seeded(self) -> bool:
        """Whether a demo store is wanted: said so, or not said and not in production."""
        return self.environment != "production" if self.demo is None else self.demo

    @property
    def logins(self) -> Path:
        """Where the demo's addresses and logins are kept."""
        return self.var_dir / "demo.json"

    @property
    def pay_keys(self) -> Path:
        """Where the keys of the simulated WeChat Pay are kept."""
        return self.var_dir / "pay"

    @property
    def web_url(self) -> str:
        return f"http://{_reachable(self.host)}:{self.port}"

    @property
    def simulator_url(self) -> str:
        return f"http://{_reachable(self.host)}:{self.simulator_port}"


def read_plan() -> LaunchSettings:
    """The launcher's settings. Ends the program with one line for each that is wrong."""
    try:
        plan = LaunchSettings()
    except ValidationError as error:
        complaints = (f"{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())
        raise SystemExit("\n".join(complaints)) from None
    if plan.web_workers > 1 and not plan.redis_url:
        raise SystemExit(
            f"WEB_WORKERS={plan.web_workers} needs REDIS_URL: used-up nonces of the tills and rate limits are kept in "
            "each process otherwise, and a second process would not know them."
        )
    if plan.dispatcher == "cluster" and not plan.redis_url:
        raise SystemExit(
            "DISPATCHER=cluster needs REDIS_URL, through which worker groups are asked to send: "
            "make run-cluster REDIS_URL=redis://127.0.0.1:6379/0"
        )
    if plan.simulated and plan.environment == "production":
        raise SystemExit(f"ENVIRONMENT=production needs WECHAT_API_BASE_URL={WECHAT}: it does not talk to a simulator.")
    return plan


def environment_of(plan: LaunchSettings) -> dict[str, str]:
    """The environment of all processes: ours, with what the plan decides."""
    decided = {
        "ENVIRONMENT": plan.environment,
        "DATABASE_URL": plan.database_url or f"sqlite:///{plan.var_dir / 'baihui.db'}",
        "MEDIA_DIR": str(plan.media_dir or plan.var_dir / "media"),
        "PUBLIC_BASE_URL": plan.public_base_url or plan.web_url,
        "PYTHONUNBUFFERED": "1",
    }
    if plan.simulated:
        decided["WECHAT_API_BASE_URL"] = decided["WECHAT_OPEN_BASE_URL"] = plan.simulator_url
        decided["MESSAGE_TEMPLATE_IDS"] = plan.message_template_ids or template_ids()
        decided["NOTICE_TEMPLATE_IDS"] = plan.notice_template_ids or notice_ids()
        decided["SUBSCRIBE_TEMPLATE_IDS"] = plan.subscribe_template_ids or subscribe_ids()
        if plan.sms_provider is None:
            decided |= sms_environment(plan.simulator_url)
        if not plan.wechat_pay_mchid:
            decided |= pay_environment(plan.pay_keys, plan.simulator_url)
    if plan.web_workers > 1:
        decided["PROMETHEUS_MULTIPROC_DIR"] = str(plan.var_dir / "metrics")
    return {**os.environ, **decided}


def _reachable(host: str) -> str:
    """Where a process on this machine finds what listens on `host`."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  compared, not listened on
