from datetime import timedelta

import pytest

from backend import scenes, stores
from backend.scenes import Plan, rules
from tests.factories.scenes import make_scene
from tests.factories.stores import make_store
from tests.support.clocks import MORNING


def make(session, rng, plan):
    scene = scenes.make(session, plan, by="anna", rng=rng, now=MORNING)
    session.flush()
    return scene


@pytest.fixture
def store(session):
    store = make_store(session, code="HQ")
    stores.create_staff(session, store.id, code="HQ-11", name="陈静", role="guide")
    session.flush()
    return store


def test_scene_of_a_store_is_about_the_store(session, rng, store):
    scene = make(session, rng, Plan("store", "正门", store_code="HQ"))
    assert (scene.subject, scene.store_id, scene.made_by, scene.url) == ("HQ", store.id, "anna", None)
    assert make(session, rng, Plan("store", "东门", store_code="HQ", subject="east")).subject == "east"


def test_scene_of_an_employee_names_one(session, rng, store):
    assert make(session, rng, Plan("staff", "导购 11", store_code="HQ", subject="HQ-11")).subject == "HQ-11"
    with pytest.raises(stores.StaffUnknown):
        make(session, rng, Plan("staff", "导购 12", store_code="HQ", subject="HQ-12"))


def test_event_needs_no_store_and_may_have_one(session, rng, store):
    assert make(session, rng, Plan("event", "市集", subject="SPRING")).store_id is None
    assert make(session, rng, Plan("event", "市集", subject="SPRING", store_code="HQ")).store_id == store.id


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (Plan("store", "正门"), scenes.StoreWanted),
        (Plan("staff", "导购", subject="HQ-11"), scenes.StoreWanted),
        (Plan("store", "正门", store_code="XX"), stores.StoreUnknown),
        (Plan("event", "市集"), scenes.SubjectRefused),
        (Plan("event", "", subject="A"), scenes.LabelRefused),
        (Plan("event", "市集", subject="A", days=31), scenes.DaysRefused),
        (Plan("event", "市集", subject="A", greeting="<b>"), scenes.GreetingRefused),
    ],
)
def test_what_is_refused(session, rng, plan, error):
    with pytest.raises(error):
        make(session, rng, plan)
    assert scenes.page(session, limit=9) == []


def test_codes_are_short_random_and_differ(session, rng):
    codes = {make(session, rng, Plan("other", "x", subject="a")).code for _ in range(20)}
    assert len(codes) == 20
    assert {len(code) for code in codes} == {rules.CODE_LENGTH}


def test_permanent_codes_end_at_wechats_limit_and_others_do_not(session, rng, monkeypatch):
    monkeypatch.setattr(rules, "MOST_PERMANENT", 2)
    first = make(session, rng, Plan("other", "x", subject="a"))
    make(session, rng, Plan("other", "x", subject="a"))
    scenes.retire(session, first.code, now=MORNING)
    with pytest.raises(scenes.TooManyCodes):
        make(session, rng, Plan("other", "x", subject="a"))
    assert make(session, rng, Plan("other", "x", subject="a", days=1)).days == 1


def test_drawing_keeps_what_wechat_gave(session):
    scene = make_scene(session, drawn=True)
    assert (scene.url, scene.ticket, scene.expires_at) == ("http://weixin.qq.com/q/02abc", "gQ", None)


def test_code_for_a_time_is_good_from_each_drawing_on(session):
    scene = make_scene(session, days=7, drawn=True)
    assert scene.expires_at == MORNING + timedelta(days=7)
    later = MORNING + timedelta(days=9)
    assert not scene.leads_at(later)
    scenes.note_drawn(session, scene.code, ticket="gR", url="http://weixin.qq.com/q/03", now=later)
    assert scene.leads_at(later)


def test_words_change_and_the_code_stays(session):
    scene = make_scene(session, greeting="欢迎")
    code = scene.code
    assert scenes.reword(session, code, scenes.Words(label="秋日市集")).label == "秋日市集"
    assert scene.greeting == "欢迎"
    assert scenes.reword(session, code, scenes.Words(greeting="来啦")).greeting == "来啦"
    assert scenes.reword(session, code, scenes.Words(greeting="")).greeting is None
    assert (scene.label, scene.code) == ("秋日市集", code)
    with pytest.raises(scenes.LabelRefused):
        scenes.reword(session, code, scenes.Words(label=""))
    with pytest.raises(scenes.SceneUnknown):
        scenes.reword(session, "NOBODY", scenes.Words())


def test_retired_for_good(session):
    scene = make_scene(session, drawn=True)
    assert not scenes.retire(session, scene.code, now=MORNING).leads_at(MORNING)
    with pytest.raises(scenes.Retired):
        scenes.retire(session, scene.code, now=MORNING)
    with pytest.raises(scenes.Retired):
        scenes.note_drawn(session, scene.code, ticket="x", url="x", now=MORNING)
    with pytest.raises(scenes.SceneUnknown):
        scenes.retire(session, "NOBODY", now=MORNING)
