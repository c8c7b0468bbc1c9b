import pytest

from scripts.launch.plan import LaunchSettings, environment_of, read_plan


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    """A folder without .env, and none of our variables."""
    monkeypatch.chdir(tmp_path)
    for name in LaunchSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_nothing_said_is_a_simulated_demo_in_development(tmp_path, environment):
    environment.setenv("VAR_DIR", str(tmp_path / "var"))
    plan = read_plan()
    given = environment_of(plan)
    assert plan.seeded
    assert plan.simulated
    assert given["ENVIRONMENT"] == "development"
    assert given["DATABASE_URL"] == f"sqlite:///{tmp_path / 'var' / 'baihui.db'}"
    assert given["MEDIA_DIR"] == str(tmp_path / "var" / "media")
    assert given["WECHAT_API_BASE_URL"] == "http://127.0.0.1:8001"
    assert given["PUBLIC_BASE_URL"] == "http://127.0.0.1:8000"
    assert "points_earned=" in given["MESSAGE_TEMPLATE_IDS"]
    assert "PROMETHEUS_MULTIPROC_DIR" not in given


def test_what_is_said_counts(environment):
    environment.setenv("DATABASE_URL", "mysql+pymysql://root@127.0.0.1/x")
    environment.setenv("WECHAT_API_BASE_URL", "https://api.weixin.qq.com")
    environment.setenv("PUBLIC_BASE_URL", "https://club.example")
    environment.setenv("MEDIA_DIR", "/srv/pictures")
    environment.setenv("DEMO", "0")
    plan = read_plan()
    given = environment_of(plan)
    assert not plan.seeded
    assert not plan.simulated
    assert given["DATABASE_URL"] == "mysql+pymysql://root@127.0.0.1/x"
    assert given["PUBLIC_BASE_URL"] == "https://club.example"
    assert given["MEDIA_DIR"] == "/srv/pictures"
    assert "MESSAGE_TEMPLATE_IDS" not in given


def test_env_file_counts_and_the_environment_wins(tmp_path, environment):
    (tmp_path / ".env").write_text("PORT=9000\nSIMULATOR_PORT=9001\n")
    environment.setenv("PORT", "9100")
    plan = read_plan()
    assert (plan.port, plan.simulator_port) == (9100, 9001)


def test_several_web_processes_need_redis(environment):
    environment.setenv("WEB_WORKERS", "2")
    with pytest.raises(SystemExit, match="WEB_WORKERS=2 needs REDIS_URL"):
        read_plan()
    environment.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    assert environment_of(read_plan())["PROMETHEUS_MULTIPROC_DIR"].endswith("metrics")


def test_a_cluster_needs_redis(environment):
    environment.setenv("DISPATCHER", "cluster")
    with pytest.raises(SystemExit, match="DISPATCHER=cluster needs REDIS_URL"):
        read_plan()
    environment.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    assert read_plan().worker_groups == 2


def test_production_is_not_seeded_and_not_simulated(environment):
    environment.setenv("ENVIRONMENT", "production")
    with pytest.raises(SystemExit, match="WECHAT_API_BASE_URL"):
        read_plan()
    environment.setenv("WECHAT_API_BASE_URL", "https://api.weixin.qq.com")
    assert not read_plan().seeded


def test_bad_value_is_one_line_with_the_name(environment):
    environment.setenv("PORT", "many")
    with pytest.raises(SystemExit, match=r"^PORT: "):
        read_plan()


def test_all_addresses_are_reached_from_here(environment):
    environment.setenv("HOST", "0.0.0.0")  # noqa: S104  only read
    assert read_plan().web_url == "http://127.0.0.1:8000"
