from backend import media
from backend.jobs.pictures import sweep_pictures
from backend.kit.db import run
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
