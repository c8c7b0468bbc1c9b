"""The membership that is measured is a sound one, and the measuring itself runs."""

from sqlalchemy import func, select

from backend import points, tiers
from backend.kit.db import sessions
from backend.listeners import LISTENERS
from backend.tiers.models import TierStanding
from bench import crowd, whatif

MEMBERS = 200


def test_standings_are_what_the_journals_give(mariadb):
    told = []
    crowd.gather(mariadb, MEMBERS, progress=told.append)
    with sessions(mariadb).read() as session:
        ids = session.scalars(select(TierStanding.member_id)).all()
        held = set(session.scalars(select(TierStanding.tier_code)))
        assert tiers.verify(session, ids) == []
        assert points.verify(session, ids) == []
        assert session.scalar(select(func.count(TierStanding.member_id)).where(TierStanding.growth > 50_000)) < 20
    assert ids == list(range(1, MEMBERS + 1))
    assert held >= {"basic", "silver", "gold"}
    assert told == [MEMBERS]


def test_both_books_are_previewed_and_one_applied(mariadb):
    crowd.gather(mariadb, MEMBERS)
    make = sessions(mariadb, listeners=LISTENERS)
    asked = whatif.figures(make, whatif.anew, apply=False)
    applied = whatif.figures(make, whatif.windows, apply=True)
    assert asked.count("|") == applied.count("|") == whatif.HEAD.count("|") - 4
    assert applied.endswith("| yes |")
