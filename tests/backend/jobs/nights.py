"""Members for each of whom the night has something to do, and what a plain model says of them after it."""

from copy import deepcopy
from datetime import timedelta

from sqlalchemy import select

from backend import points, purchases, rulebooks, tiers
from backend.kit.db import run
from backend.messaging.models import Message
from backend.points import Expiry, Source
from backend.points.models import Entry
from backend.tiers.models import TierStanding
from tests.backend.points.model import Model, good_until
from tests.factories.members import make_member
from tests.factories.purchases import make_receipt, make_store
from tests.support.clocks import MORNING

NIGHT = MORNING + timedelta(days=62)  # 2 May 2026: two months later
MONTH, SOON, LONG = ("months", 1), ("months", 3), ("months", 12)
SILVER_FOR_A_MONTH = {"validity": {"months": 1}, "qualify": {"spent_fen": 200_000, "days": 30}}


def many_nights(runtime):
    """The members in the order of what waits for them; answers their ids and what must be theirs after the night."""
    run(runtime.sessions.write, _silver_for_a_month)
    member_ids, models = [], []
    for what in (_settling, _indebted, _held, _expiring, _reminded, _falling, _warned):
        member_id, model = run(runtime.sessions.write, lambda session, what=what: _member(session, what))
        member_ids.append(member_id)
        models.append(model)
    for model in models:
        model.advance(NIGHT)
    return member_ids, models


def books_of(runtime, member_ids):
    """All that the night may change of some members, as it stands: balances, journals, tiers, messages."""
    with runtime.sessions.read() as session:
        assert points.verify(session, member_ids) == []
        assert tiers.verify(session, member_ids) == []
        return [_books(session, member_id) for member_id in member_ids]


def balances(models):
    return [(model.free, model.held, model.pending, model.debt) for model in models]


def _books(session, member_id):
    seen = points.summary(session, member_id, now=NIGHT)
    lines = select(Entry).where(Entry.member_id == member_id).order_by(Entry.seq)
    told = select(Message.template, Message.words).where(Message.member_id == member_id, Message.template != "joined")
    return {
        "balance": (seen.available, seen.held, seen.pending, seen.debt),
        "lines": [(line.kind, line.amount, line.source_kind, line.at) for line in session.scalars(lines)],
        "tier": tiers.standing(session, member_id, now=NIGHT).tier.code,
        "changes": [(change.from_code, change.to_code) for change in tiers.history(session, member_id, limit=9)],
        "warned": session.get_one(TierStanding, member_id).warned_for is not None,
        "told": sorted((template, sorted(words.items())) for template, words in session.execute(told)),
    }


def _silver_for_a_month(session):
    now, definition = MORNING - timedelta(days=1), deepcopy(rulebooks.live(session, tiers.KIND, now=MORNING).definition)
    definition["tiers"][1] |= SILVER_FOR_A_MONTH
    based_on = rulebooks.newest_published(session, tiers.KIND)
    drafted = tiers.draft(session, definition, based_on=based_on, by="anna", note="银卡一个月", now=now)
    session.flush()  # it is looked up to be published
    rulebooks.publish(session, tiers.KIND, drafted.version, live_from=now, by="anna", now=now)


def _member(session, what):
    member_id, model = make_member(session).id, Model()
    session.flush()  # the gift for joining is looked at
    for entry in points.entries(session, member_id, limit=9):
        model.earn(entry.amount, entry.expires_at, None)
    what(session, points.lock(session, member_id, now=MORNING), model)
    return member_id, model


def _settling(session, account, model):
    _promise(session, account, model, 80, LONG, days=20)


def _indebted(session, account, model):
    points.take_back(session, account, 150, source=Source("adjustment", 1), of=(), now=MORNING)
    model.take_back(150, ())
    _promise(session, account, model, 70, LONG, days=20)


def _held(session, account, model):
    _earn(session, account, model, 60, MONTH)
    until = MORNING + timedelta(days=40)
    points.reserve(session, account, 100, source=Source("exchange", 1), until=until, now=MORNING)
    model.reserve(100, until, "exchange")


def _expiring(session, account, model):
    _earn(session, account, model, 60, MONTH)
    _earn(session, account, model, 40, MONTH)


def _reminded(session, account, model):
    """What settles tonight is among what is left for a month: points settle before members are reminded."""
    _promise(session, account, model, 55, SOON, days=62)


def _falling(session, account, model):
    _buy(session, account, model)


def _warned(session, account, model):
    _buy(session, account, model, later=timedelta(days=45))


def _earn(session, account, model, amount, expiry):
    points.credit(session, account, amount, source=Source("manual", amount), now=MORNING, expiry=Expiry(*expiry))
    model.earn(amount, good_until(*expiry, MORNING), None)


def _promise(session, account, model, amount, expiry, *, days):
    settles_at = MORNING + timedelta(days=days)
    points.promise(
        session,
        account,
        amount,
        source=Source("purchase", amount),
        settles_at=settles_at,
        now=MORNING,
        expiry=Expiry(*expiry),
    )
    model.promise(amount, settles_at, good_until(*expiry, MORNING), None)


def _buy(session, account, model, *, later=timedelta(0)):
    """Silver, for a month from the sale on."""
    at = MORNING + later
    receipt = make_receipt(200_000, member_id=account.member_id, paid_at=at)
    sold = purchases.record(session, receipt, store_id=make_store(session).id, now=at).purchase
    model.earn(sold.points_earned, good_until(*LONG, at), None)
