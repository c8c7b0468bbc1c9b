import base64
import os

import pytest
from pydantic import ValidationError

from config.settings import DEVELOPMENT_SECRETS, Settings

KEY, OTHER = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
OWN = {
    "SECRET_KEY": "an-own-secret-of-more-than-32-characters",
    "PII_KEYS": f"1:{KEY}",
    "PII_INDEX_KEY": OTHER,
    "WECHAT_OA_SECRET": "own-oa-secret",
    "WECHAT_OA_TOKEN": "ownoatoken",
    "WECHAT_OA_AES_KEY": "o" * 43,
    "WECHAT_MP_SECRET": "own-mp-secret",
    "WECHAT_MP_TOKEN": "ownmptoken",
    "WECHAT_MP_AES_KEY": "m" * 43,
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch, tmp_path):
    """The environment of a machine where nothing was said yet."""
    for name in (*Settings.model_fields, "shop_timezone"):
        for spelling in {name, name.upper()} & set(os.environ):
            monkeypatch.delenv(spelling)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def start(monkeypatch):
    """Start a process with these variables."""

    def settings(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return Settings()

    return settings


def test_development_starts_with_nothing_set(start):
    settings = start(ENVIRONMENT="development")
    assert settings.database_url.startswith("sqlite:")
    assert settings.redis_url is None
    assert settings.pii_keyring().keys() == {1}


def test_production_is_what_runs_unless_said_otherwise_and_names_all_it_misses(start):
    with pytest.raises(ValidationError) as refused:
        start()
    for name in DEVELOPMENT_SECRETS:
        assert name.upper() in str(refused.value)


def test_production_starts_with_its_own_secrets(start):
    assert start(**OWN).environment == "production"


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("kind", ["missing", "empty", "default"])
def test_production_refuses_each_missing_or_default_secret_by_name(start, monkeypatch, name, kind):
    variables = dict(OWN)
    given = variables.pop(name)
    if kind != "missing":
        variables[name] = "" if kind == "empty" else DEVELOPMENT_SECRETS[name.lower()]
    with pytest.raises(ValidationError, match=name) as refused:
        start(**variables)
    others = set(OWN) - {name}
    assert not any(other in str(refused.value) for other in others)
    assert given not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "x" * 31),
        ("PII_KEYS", "no-number"),
        ("PII_KEYS", f"0:{KEY}"),
        ("PII_KEYS", f"256:{KEY}"),
        ("PII_KEYS", f"²:{KEY}"),
        ("PII_KEYS", f"1:{KEY},1:{OTHER}"),
        ("PII_KEYS", "1:not base64"),
        ("PII_KEYS", "1:密钥"),
        ("PII_KEYS", "1:c2hvcnQ="),
        ("PII_INDEX_KEY", "c2hvcnQ="),
        ("WECHAT_OA_AES_KEY", "o" * 42),
        ("WECHAT_MP_AES_KEY", "m" * 42 + "="),
        ("MESSAGE_TEMPLATE_IDS", "points-earned"),
        ("MESSAGE_TEMPLATE_IDS", "points-earned="),
        ("MESSAGE_TEMPLATE_IDS", "=id"),
        ("DATABASE_URL", "postgresql://localhost/x"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://root@127.0.0.1/x"),
        ("DATABASE_URL", "sqlite+aiosqlite:///x"),
        ("DATABASE_URL", "mysql+pymysql://root@127.0.0.1:many/x"),
        ("REDIS_URL", "nonsense"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("REDIS_URL", "redis://127.0.0.1:many/0"),
        ("DISPATCHER", "threads,cluster"),
        ("CLUSTER_THREADS", "0"),
        ("CLUSTER_NAMESPACE", "a:b"),
        ("DATABASE_POOL_SIZE", "0"),
        ("PUBLIC_BASE_URL", "shop.example.com"),
        ("WECHAT_API_BASE_URL", "ftp://x"),
        ("TRUSTED_PROXIES", "-1"),
        ("LOG_LEVEL", "loud"),
        ("ENVIRONMENT", "staging"),
    ],
)
def test_what_cannot_be_worked_with_is_refused_by_name_and_not_shown(start, name, value):
    with pytest.raises(ValidationError) as refused:
        start(**OWN | {name: value})
    assert name in str(refused.value).upper()
    assert KEY not in str(refused.value)


def test_development_may_do_without_an_aes_key_but_not_with_a_wrong_one(start):
    assert start(ENVIRONMENT="development", WECHAT_MP_AES_KEY="").environment == "development"
    with pytest.raises(ValidationError, match="WECHAT_OA_AES_KEY") as refused:
        start(WECHAT_OA_AES_KEY="short")
    assert "WECHAT_MP" not in str(refused.value)
    assert "short" not in str(refused.value)


def test_a_cluster_needs_redis_and_nothing_else_does(start):
    with pytest.raises(ValidationError, match="DISPATCHER=cluster needs REDIS_URL"):
        start(**OWN | {"DISPATCHER": "cluster"})
    assert start(**OWN | {"DISPATCHER": "cluster", "REDIS_URL": "redis://127.0.0.1/0"}).cluster_threads == 2
    assert start(**OWN | {"DISPATCHER": "threads", "REDIS_URL": ""}).redis_url is None


def test_key_rings_and_template_ids_are_read(start):
    settings = start(**OWN | {"PII_KEYS": f"1:{KEY}, 2:{OTHER}", "MESSAGE_TEMPLATE_IDS": " a=1 ,b-c = 2=3,"})
    assert settings.pii_keyring() == {1: bytes([1]) * 32, 2: bytes([2]) * 32}
    assert settings.message_template_ids == {"a": "1", "b-c": "2=3"}
    assert settings.pii_index() == bytes([2]) * 32


def test_quotas_are_read_by_channel(start):
    assert start(**OWN).message_daily_quotas == {"official-account": 100_000}
    given = OWN | {"MESSAGE_DAILY_QUOTAS": "official-account=1000000, notice = 5 "}
    assert start(**given).message_daily_quotas == {"official-account": 1_000_000, "notice": 5}


@pytest.mark.parametrize("quotas", ["notice", "notice=", "notice=many", "notice=0", "notice=-1", "=5"])
def test_what_is_no_quota_is_refused(start, quotas):
    with pytest.raises(ValidationError, match="CHANNEL=MESSAGES_A_DAY"):
        start(**OWN | {"MESSAGE_DAILY_QUOTAS": quotas})


def test_addresses_end_without_a_slash(start):
    assert start(**OWN | {"PUBLIC_BASE_URL": "https://shop.example.com/"}).public_base_url == "https://shop.example.com"


def test_nothing_that_is_shown_holds_a_secret(start):
    urls = {"DATABASE_URL": "mysql+pymysql://u:pass-word@db/x", "REDIS_URL": "redis://:pass-word@cache/0"}
    settings = start(**OWN | urls)
    shown = f"{settings!r} {settings} {settings.model_dump()['secret_key']!r}"
    for secret in (*OWN.values(), KEY, "pass-word"):
        assert secret not in shown


def test_the_environment_wins_over_the_file(start, tmp_path):
    (tmp_path / ".env").write_text("ENVIRONMENT=development\nDATABASE_POOL_SIZE=9\nTRUSTED_PROXIES=2\nOTHER=1\n")
    settings = start(TRUSTED_PROXIES="1")
    assert (settings.environment, settings.database_pool_size, settings.trusted_proxies) == ("development", 9, 1)


def test_settings_do_not_change(start):
    with pytest.raises(ValidationError):
        start(**OWN).environment = "development"
