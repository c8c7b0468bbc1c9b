"""Joins the real parts: the only place where settings become engines, clients and keys."""

from pathlib import Path
from random import SystemRandom
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import make_url

from backend.kit import logs
from backend.kit.cache import Cache, MemoryCache, RedisCache
from backend.kit.clock import Clock, SystemClock
from backend.kit.db import Sessions, connect, sessions
from backend.kit.limits import RateLimiter
from backend.kit.pii import Vault
from backend.listeners import LISTENERS
from backend.mail import MailAccount, Mailer
from backend.media import LocalFolder
from backend.messaging import Texting
from backend.runtime import Cluster, Keys, Runtime
from backend.sms import NotInstalled, TencentAccount, TencentSms
from backend.wechat import AppCredentials, BadKey, Merchant, MiniProgram, OfficialAccount, WechatPay
from config.settings import Settings

PAY_NOTIFY: Final = "/wechat/pay/notify"


class BadSettings(ValueError):
    """The environment cannot be worked with; the message names each variable and what is wrong with it."""


def production_runtime() -> Runtime:
    """The runtime of a real process, from its environment; sets up its logs.

    Ends the process with exit code 1 and one line that names each setting that cannot be worked with.
    """
    try:
        given = settings_of_environment()
        logs.configure(level=given.log_level, json=given.log_format == "json")
        return joined(given)
    except BadSettings as bad:
        raise SystemExit(f"Error: {bad}") from None


def joined(given: Settings) -> Runtime:
    """A runtime of real parts. Connects to nothing yet.

    Raises BadSettings where SQLite's folder cannot be made, or a provider's SDK is not installed.
    """
    clock = SystemClock()
    cache = _cache(given, clock)
    return Runtime(
        sessions=_sessions(given),
        clock=clock,
        rng=SystemRandom(),
        cache=cache,
        limiter=RateLimiter(given.redis_url),
        keys=_keys(given),
        official_account=OfficialAccount(
            _official_account(given),
            base_url=given.wechat_api_base_url,
            open_url=given.wechat_open_base_url,
            cache=cache,
        ),
        mini_program=MiniProgram(_mini_program(given), base_url=given.wechat_api_base_url, cache=cache),
        media=LocalFolder(given.media_dir),
        template_ids=given.message_template_ids,
        notice_template_ids=given.notice_template_ids,
        subscribe_template_ids=given.subscribe_template_ids,
        program_state=given.wechat_mp_state,
        texting=_texting(given),
        sms_replies_key=given.sms_replies_key.get_secret_value(),
        mailer=_mailer(given),
        pay=_pay(given),
        daily_quotas=given.message_daily_quotas,
        public_base_url=given.public_base_url,
        trusted_proxies=given.trusted_proxies,
        development=given.environment == "development",
        cluster=_cluster(given),
    )


def settings_of_environment() -> Settings:
    """The settings of this process. Raises BadSettings naming each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings("; ".join(map(_complaint, error.errors(include_input=False)))) from None


def _complaint(found: ErrorDetails) -> str:
    name = ".".join(map(str, found["loc"])).upper()
    reason = found["msg"].removeprefix("Value error, ")
    return f"{name}: {reason}" if name else reason


def _cache(given: Settings, clock: Clock) -> Cache:
    return RedisCache(given.redis_url, clock) if given.redis_url else MemoryCache(clock)


def _cluster(given: Settings) -> Cluster | None:
    if given.dispatcher != "cluster" or not given.redis_url:
        return None
    return Cluster(given.redis_url, given.cluster_namespace, given.cluster_threads)


def _sessions(given: Settings) -> Sessions:
    url = make_url(given.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        _make_folder(Path(url.database).parent)
    vault = Vault(given.pii_keyring(), index_key=given.pii_index())
    return sessions(connect(given.database_url, pool_size=given.database_pool_size), listeners=LISTENERS, vault=vault)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(f"DATABASE_URL: its folder cannot be made: {error}") from error


def _keys(given: Settings) -> Keys:
    secret = given.secret_key.get_secret_value().encode()
    return Keys(
        tokens=_derived(secret, b"member tokens"),
        card_codes=_derived(secret, b"card codes"),
        unsubscribing=_derived(secret, b"unsubscribing"),
    )


def _texting(given: Settings) -> Texting | None:
    if given.sms_provider is None:
        return None
    account = TencentAccount(
        given.sms_secret_id, given.sms_secret_key.get_secret_value(), given.sms_app_id, given.sms_sign
    )
    try:
        sender = TencentSms(account, endpoint=given.sms_endpoint)
    except NotInstalled as error:
        raise BadSettings(str(error)) from None
    return Texting(sender, given.sms_template_ids, given.sms_price_fen, given.sms_longest_word)


def _mailer(given: Settings) -> Mailer | None:
    if not given.mail_host:
        return None
    return Mailer(
        MailAccount(
            given.mail_host,
            given.mail_port,
            given.mail_encryption,
            given.mail_user,
            given.mail_password.get_secret_value(),
            given.mail_from,
            given.mail_from_name,
        )
    )


def _pay(given: Settings) -> WechatPay | None:
    if not given.wechat_pay_mchid:
        return None
    merchant = Merchant(
        mchid=given.wechat_pay_mchid,
        appid=given.wechat_mp_appid,
        serial_no=given.wechat_pay_serial,
        private_key=given.wechat_pay_private_key.get_secret_value(),
        api_v3_key=given.wechat_pay_api_v3_key.get_secret_value(),
        public_key_id=given.wechat_pay_public_key_id,
        public_key=given.wechat_pay_public_key,
    )
    try:
        notify_url = f"{given.public_base_url}{PAY_NOTIFY}"
        return WechatPay(merchant, base_url=given.wechat_pay_base_url, notify_url=notify_url)
    except BadKey as error:
        raise BadSettings(str(error)) from None


def _derived(secret: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"baihui " + use).derive(secret)


def _official_account(given: Settings) -> AppCredentials:
    return AppCredentials(
        given.wechat_oa_appid,
        given.wechat_oa_secret.get_secret_value(),
        given.wechat_oa_token.get_secret_value(),
        given.wechat_oa_aes_key.get_secret_value(),
    )


def _mini_program(given: Settings) -> AppCredentials:
    return AppCredentials(
        given.wechat_mp_appid,
        given.wechat_mp_secret.get_secret_value(),
        given.wechat_mp_token.get_secret_value(),
        given.wechat_mp_aes_key.get_secret_value(),
    )
