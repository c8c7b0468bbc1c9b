import base64
import sys

import pytest

from backend.kit.cache import MemoryCache, RedisCache
from backend.runtime import Cluster
from backend.wiring import BadSettings, joined, production_runtime, settings_of_environment
from config.settings import DEVELOPMENT_SECRETS, Settings
from tests.support.programs import run_program

SMS = {
    "SMS_PROVIDER": "tencent",
    "SMS_SECRET_ID": "AKIDx",
    "SMS_SECRET_KEY": "k",
    "SMS_APP_ID": "1400006666",
    "SMS_SIGN": "百汇百货",
}
KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A working folder without .env, and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.fixture
def development(nowhere):
    nowhere.setenv("ENVIRONMENT", "development")
    return nowhere


def runtime_of_environment():
    return joined(settings_of_environment())


def test_production_without_secrets_refuses_and_names_them_all(nowhere):
    with pytest.raises(BadSettings) as refused:
        runtime_of_environment()
    assert all(name.upper() in str(refused.value) for name in DEVELOPMENT_SECRETS)


def test_production_with_its_own_secrets_starts(nowhere):
    for name in DEVELOPMENT_SECRETS:
        nowhere.setenv(name.upper(), f"own-{name}-{'x' * 32}")
    nowhere.setenv("PII_KEYS", f"1:{KEY}")
    nowhere.setenv("PII_INDEX_KEY", KEY)
    nowhere.setenv("WECHAT_OA_AES_KEY", "k" * 43)
    nowhere.setenv("WECHAT_MP_AES_KEY", "k" * 43)
    assert not runtime_of_environment().development


def test_each_bad_setting_is_named(development):
    development.setenv("PII_KEYS", "nonsense")
    development.setenv("DATABASE_POOL_SIZE", "0")
    with pytest.raises(BadSettings, match="DATABASE_POOL_SIZE"):
        runtime_of_environment()
    development.delenv("DATABASE_POOL_SIZE")
    with pytest.raises(BadSettings, match="PII_KEYS"):
        runtime_of_environment()


def test_complaint_does_not_repeat_a_secret(development):
    development.setenv("PII_KEYS", "1:c2VjcmV0")
    with pytest.raises(BadSettings) as refused:
        runtime_of_environment()
    assert "c2VjcmV0" not in str(refused.value)


def test_development_starts_on_sqlite_and_makes_the_folder(development, tmp_path):
    made = runtime_of_environment()
    with made.sessions.read() as session:
        session.connection()
    assert (tmp_path / "var" / "baihui.db").exists()
    assert made.development
    assert isinstance(made.cache, MemoryCache)


def test_redis_is_used_when_told(development):
    development.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert isinstance(runtime_of_environment().cache, RedisCache)


def test_a_cluster_is_set_up_only_when_told(development):
    development.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert runtime_of_environment().cluster is None
    development.setenv("DISPATCHER", "cluster")
    development.setenv("CLUSTER_THREADS", "3")
    assert runtime_of_environment().cluster == Cluster("redis://127.0.0.1:1/0", "baihui-cluster", threads=3)


def test_keys_are_of_one_use_each_and_follow_the_secret(development):
    first, again = runtime_of_environment().keys, runtime_of_environment().keys
    assert first == again
    assert first.tokens != first.card_codes
    assert len(first.tokens) == len(first.card_codes) == 32
    development.setenv("SECRET_KEY", "another-secret-key-of-32-characters")
    assert runtime_of_environment().keys.tokens != first.tokens


def test_settings_reach_the_parts(development):
    development.setenv("WECHAT_MP_APPID", "wx00000000000000ff")
    development.setenv("MESSAGE_TEMPLATE_IDS", "points_earned=T1")
    development.setenv("PUBLIC_BASE_URL", "https://club.example")
    made = runtime_of_environment()
    assert made.mini_program.appid == "wx00000000000000ff"
    assert made.template_ids == {"points_earned": "T1"}
    assert made.public_base_url == "https://club.example"


def test_pictures_are_kept_where_told(development, tmp_path):
    development.setenv("MEDIA_DIR", str(tmp_path / "pictures"))
    runtime_of_environment().media.write("name", b"1")
    assert (tmp_path / "pictures" / "name").read_bytes() == b"1"


def test_folder_that_cannot_be_made_is_a_bad_setting(development, tmp_path):
    (tmp_path / "file").touch()
    development.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/file/baihui.db")
    with pytest.raises(BadSettings, match=r"^DATABASE_URL: "):
        runtime_of_environment()


def test_process_with_bad_settings_ends_with_one_line(development):
    development.setenv("LOG_LEVEL", "loud")
    with pytest.raises(SystemExit, match=r"^Error: LOG_LEVEL: [^\n]+$"):
        production_runtime()


def test_what_is_no_bad_setting_stays_loud(development, tmp_path):
    (tmp_path / ".env").write_bytes(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        production_runtime()


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["LOG_LEVEL", "SHOP_TIMEZONE"])
@pytest.mark.parametrize(
    "program",
    [
        ("flask", "--app", "wsgi", "stores", "list"),
        ("backend.jobs",),
        ("backend.cluster",),
        ("granian", "--interface", "wsgi", "--port", "0", "wsgi:app"),
    ],
    ids=lambda program: program[0],
)
def test_every_process_says_it_on_one_line(program, variable):
    environment = {"ENVIRONMENT": "development", "PATH": "", variable: "nonsense"}
    done = run_program(sys.executable, "-m", *program, env=environment)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if not line.startswith("[")]  # granian tells what it does
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(f"Error: {variable}")


def test_channels_are_those_that_are_set_up(development):
    names = [channel.name for channel in runtime_of_environment().channels]
    assert names == ["official-account", "notice", "mini-program", "customer-service"]
    for name, value in SMS.items():
        development.setenv(name, value)
    development.setenv("MAIL_HOST", "smtp.example.com")
    development.setenv("MAIL_FROM", "hello@shop.example")
    runtime = runtime_of_environment()
    assert [channel.name for channel in runtime.channels][4:] == ["sms", "e-mail"]


def test_a_provider_without_its_sdk_is_a_bad_setting(development):
    for name, value in SMS.items():
        development.setenv(name, value)
    development.setitem(sys.modules, "tencentcloud.sms.v20210111", None)
    with pytest.raises(BadSettings, match=r"baihui\[sms\]"):
        runtime_of_environment()
