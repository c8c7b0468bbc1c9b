import pytest
from PIL import Image
from sqlalchemy import select

from backend import stores
from backend.kit.db import run
from backend.scenes import Scene, note_follow
from tests.factories.members import make_follower
from tests.factories.operators import make_operator
from tests.factories.scenes import make_scene
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.phone import simulated_wechat
from tests.support.runtimes import make_runtime

WHO = ("--by", "anna")


@pytest.fixture
def wechat():
    with simulated_wechat() as wechat:
        yield wechat


@pytest.fixture
def runtime(engine, clock, wechat):
    return make_runtime(engine, clock, wechat_url=wechat.base_url)


@pytest.fixture(autouse=True)
def _shop(runtime):
    def build(session):
        make_operator(session, login="anna")
        store = make_store(session, code="HQ", name="人民广场店")
        stores.create_staff(session, store.id, code="11", name="陈静", role="guide")

    run(runtime.sessions.write, build)


def test_made_drawn_listed_and_retired(answer, flask, wechat):
    made = answer("scenes", "create", "store", "正门", "--store", "HQ", *WHO)
    assert (made["kind"], made["store"], made["subject"], made["label"]) == ("store", "HQ", "HQ", "正门")
    assert made["made_by"] == "anna"
    (code,) = wechat.get("codes")["items"]
    assert (code["scene"], code["url"]) == (made["code"], made["url"])
    staff = answer("scenes", "create", "staff", "导购 11", "--store", "HQ", "--subject", "11", "--days", "7", *WHO)
    assert staff["expires_at"] == "2026-03-08T09:00:00+08:00"
    assert [one["code"] for one in answer("scenes", "list")] == [staff["code"], made["code"]]
    assert [one["code"] for one in answer("scenes", "list", "--before", staff["id"])] == [made["code"]]
    assert answer("scenes", "list", "--kind", "staff", "--store", "HQ") == [staff]
    reworded = answer("scenes", "reword", made["code"], "--label", "东门", "--greeting", "欢迎光临")
    assert (reworded["label"], reworded["greeting"], reworded["code"]) == ("东门", "欢迎光临", made["code"])
    assert answer("scenes", "retire", made["code"])["retired_at"] == "2026-03-01T09:00:00+08:00"
    assert "(scenes.retired)" in flask("scenes", "retire", made["code"]).stderr


def test_what_wechat_does_not_give_now_is_drawn_later(answer, flask, wechat, sessions):
    wechat.fault("cgi-bin/qrcode/create", errcode=45009)
    refused = flask("scenes", "create", "store", "正门", "--store", "HQ", *WHO)
    with sessions.read() as session:
        scene = session.scalars(select(Scene)).one()
    assert (refused.exit_code, scene.url) == (1, None)
    assert f"flask scenes draw {scene.code}" in refused.stderr
    assert "(scenes.not-drawn)" in flask("scenes", "image", scene.code, "x.svg").stderr
    (drawn,) = answer("scenes", "draw")
    assert drawn["url"].startswith("http://weixin.qq.com/q/")
    assert answer("scenes", "draw") == []
    (again,) = answer("scenes", "draw", scene.code)
    assert again["url"] != drawn["url"]
    assert len({one["scene"] for one in wechat.get("codes")["items"]}) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("store", "正门"), "scenes.store-wanted"),
        (("staff", "导购", "--store", "HQ", "--subject", "99"), "stores.staff-unknown"),
        (("event", "市集"), "scenes.subject-refused"),
        (("event", "市集", "--subject", "A", "--days", "31"), "scenes.days-refused"),
    ],
)
def test_refused_before_wechat_is_asked(flask, wechat, arguments, code):
    assert f"({code})" in flask("scenes", "create", *arguments, *WHO).stderr
    assert wechat.calls() == []


def test_pictures(answer, flask, tmp_path):
    code = answer("scenes", "create", "event", "春日市集", "--subject", "SPRING", *WHO)["code"]
    for name in ("a.svg", "a.PNG"):
        assert flask("scenes", "image", code, tmp_path / name).exit_code == 0
    assert "春日市集" in (tmp_path / "a.svg").read_text("utf-8")
    with Image.open(tmp_path / "a.PNG") as picture:
        assert picture.size[0] >= 1200
    assert "neither" in flask("scenes", "image", code, tmp_path / "a.jpg").stderr


def test_statistics_in_pages(answer, flask, sessions):
    def scan(session):
        scene = make_scene(session, kind="staff", label="导购 11", store_code="HQ", subject="11")
        for _ in range(3):
            note_follow(session, scene.code, make_follower(session).id, now=MORNING)

    run(sessions.write, scan)
    figures = {"scans": 3, "people": 3, "follows": 3, "unfollows": 0, "net": 3, "joins": 0}
    assert answer("scenes", "stats", "--by", "staff") == [{"key": "HQ/11", "name": "导购 11", **figures}]
    assert answer("scenes", "stats", "--by", "store") == [{"key": "HQ", "name": "人民广场店", **figures}]
    assert answer("scenes", "stats", "--by", "day") == [{"key": "2026-03-01", "name": None, **figures}]
    assert answer("scenes", "stats", "--by", "day", "--after", "2026-03-01") == []
    assert answer("scenes", "stats", "--by", "staff", "--after", "HQ/11") == []
    assert answer("scenes", "stats", "--from", "2026-03-02", "--kind", "staff", "--store", "HQ") == []
    for by, after in (("staff", "HQ"), ("day", "yesterday"), ("store", "a/b")):
        assert flask("scenes", "stats", "--by", by, "--after", after).exit_code == 2
