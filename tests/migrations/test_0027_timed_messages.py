"""Who was given coupons for a birthday before is given none again in the same year; lunar birthdays come back (O1)."""

from datetime import date
from random import Random

import sqlalchemy as sa

from backend import coupons, members
from backend.coupons.models import Coupon
from backend.coupons.ways import BirthdayGift
from backend.kit import migrations
from backend.visits.models import MemberVisit
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def test_there_and_back(movable, clock):
    sessions = make_runtime(movable, clock).sessions
    with sessions.write.begin() as session:
        member = make_member(session)
        template = make_template(session, validity={"days": 30})
        make_coupon(session, member, template=template)
        session.execute(sa.update(Coupon).values(source_kind="birthday", source_id="2026"))
        changes = members.ProfileChanges(birthday=date(1990, 10, 3), birthday_calendar="lunar")
        members.update_profile(session, member.id, changes=changes, now=MORNING)
    migrations.downgrade(movable, "0028")
    migrations.upgrade(movable)
    with sessions.write.begin() as session:
        assert session.scalars(sa.select(BirthdayGift.given_on)).all() == [date(2026, 3, 1)]
        assert session.get(MemberVisit, member.id).last_on == date(2026, 3, 1)
        book = coupons.BirthdayBook(coupons=(template.code,), days_ahead=3)
        assert coupons.celebrate(session, member.id, book, rng=Random(1), now=MORNING) == 0
        members.index_birthdays(session, members.without_birthday_index(session, limit=9))
        session.flush()
        assert members.born_on(session, date(2026, 10, 3), limit=9) == [member.id], "which calendar it was is forgotten"
