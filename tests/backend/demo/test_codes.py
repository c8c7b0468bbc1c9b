from random import Random

from backend import scenes, stores
from backend.demo.codes import make_codes
from backend.demo.shop import STORES
from tests.factories.stores import make_store
from tests.support.clocks import MORNING


def test_every_store_a_badge_and_an_event_have_codes(session):
    for code in STORES:
        make_store(session, code=code)
    stores.create_staff(session, stores.store_by_code(session, "HQ").id, code="HQ-11", name="陈静", role="guide")
    make_codes(session, rng=Random(1), now=MORNING)
    found = scenes.undrawn(session, limit=9)
    assert sorted((scene.kind, scene.subject) for scene in found) == [
        ("event", "SPRING"),
        ("staff", "HQ-11"),
        *(("store", code) for code in sorted(STORES)),
    ]
