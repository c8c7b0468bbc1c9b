"""A picture that can be seen has its files, whoever adds, deletes and sweeps it at once; with a negative control."""

from threading import Event

import pytest
from sqlalchemy import func, select

from backend import media
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.media.models import Use
from tests.factories.media import make_picture
from tests.support.clocks import MORNING
from tests.support.pictures import MemoryStorage
from tests.support.races import race
from tests.support.runtimes import make_runtime

PATIENCE_S = 0.4


@pytest.fixture
def sessions(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING)).sessions


class SlowStorage(MemoryStorage):
    """Tells when the last file of a picture is written, and lets its writer go on only when told."""

    def __init__(self):
        super().__init__()
        self.written, self.go_on = Event(), Event()

    def write(self, name, data):
        super().write(name, data)
        if len(self.files) == len(media.WIDTHS):
            self.written.set()
            self.go_on.wait(30)


def sweep_safely(sessions, storage, one):
    run(sessions.write, lambda session: media.sweep(session, storage, one, now=MORNING))


def files_after_a_sweep_in_the_middle_of(sessions, sweep):
    """How many files a new picture has when a sweep began between its last file and its commit."""
    storage = SlowStorage()

    def act(number):
        if number == 0:
            run(sessions.write, lambda session: make_picture(session, storage))
            return
        storage.written.wait(30)
        with sessions.read() as session:
            (one,) = media.strays(session, storage)
        race(
            2, lambda at: sweep(sessions, storage, one) if at else storage.go_on.wait(PATIENCE_S) or storage.go_on.set()
        )

    race(2, act)
    with sessions.read() as session:
        assert len(media.pictures(session, limit=9)) == 1
    return len(storage.files)


def test_a_picture_that_is_just_being_added_keeps_its_files(sessions):
    assert files_after_a_sweep_in_the_middle_of(sessions, sweep_safely) == len(media.WIDTHS)


def test_a_sweep_without_its_guard_takes_them(sessions):
    """The negative control."""
    assert files_after_a_sweep_in_the_middle_of(sessions, lambda _, storage, one: storage.remove(one)) == 0


def test_many_who_add_one_picture_have_one(sessions):
    storage = MemoryStorage()
    made = race(6, lambda _: run(sessions.write, lambda session: make_picture(session, storage).id))
    assert len(set(made)) == 1


def test_what_is_deleted_is_shown_by_nobody_and_what_is_shown_is_there(sessions):
    storage = MemoryStorage()
    for number in range(4):
        made = run(sessions.write, lambda session: make_picture(session, storage).hash)

        def act(at, made=made, number=number):
            def work(session):
                if at:
                    media.use(session, {made}, kind="item", user_id=number)
                else:
                    media.delete(session, made)

            try:
                run(sessions.write, work)
            except (media.PictureUnknown, media.PictureInUse):
                return False
            return True

        assert sorted(race(2, act)) == [False, True]
        run(sessions.write, lambda session, number=number: media.use(session, set(), kind="item", user_id=number))
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Use)) == 0
