from backend import media
from backend.jobs.pictures import sweep_pictures, upload_pictures
from backend.kit.db import run
from tests.factories.books import change_book
from tests.factories.media import make_picture
from tests.support.clocks import MORNING


def test_files_of_deleted_pictures_go_and_others_stay(runtime):
    def make(session):
        return [make_picture(session, runtime.media, colour=colour).hash for colour in ("red", "green")]

    kept, gone = run(runtime.sessions.write, make)
    run(runtime.sessions.write, lambda session: media.delete(session, gone))
    assert sweep_pictures(runtime, MORNING) == {"swept": 1}
    assert list(runtime.media.folders()) == [kept]
    assert sweep_pictures(runtime, MORNING) == {"swept": 0}


def test_pictures_of_answers_are_uploaded_once_and_what_is_refused_waits(wechat_runtime, wechat):
    def publish(session):
        shown = {"kind": "picture", "picture": make_picture(session, wechat_runtime.media).hash, "text": "楼层图"}
        change_book(session, "answers", answers=[{"name": "floors", "words": ["楼层"], "answer": shown}])

    run(wechat_runtime.sessions.write, publish)
    wechat.fault("material/add_material", errcode=-1)
    assert upload_pictures(wechat_runtime, MORNING) == {"refused": 1}
    assert upload_pictures(wechat_runtime, MORNING) == {"uploaded": 1}
    assert upload_pictures(wechat_runtime, MORNING) == {}
