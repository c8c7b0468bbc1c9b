"""What shoppers do by themselves: join, look, check in, exchange and think again."""

from datetime import timedelta
from itertools import pairwise

from sqlalchemy.orm import Session

from backend import checkin, mall, members, points, tiers
from bench.soak.steps import Step, Turn, must
from bench.soak.world import pick, remember
from config import policy

PAGE = 20


def join(turn: Turn) -> None:
    """Somebody opens the mini-program and becomes a member."""
    openid = turn.name("soak-")

    def work(session: Session) -> int:
        appid = turn.runtime.mini_program.appid
        identity = members.sign_in(
            session, kind=members.MINI_PROGRAM, appid=appid, openid=openid, unionid=None, now=turn.now
        )
        session.flush()  # joining looks it up
        phone = f"1{30 + turn.world.process}{turn.number:08d}"
        application = members.Application(phone=phone, consent_version=policy.CONSENT_VERSIONS[-1])
        return members.join(session, identity.id, application=application, rng=turn.rng, now=turn.now).member.id

    turn.world.shoppers.append(turn.write(work))


def look_at_points(turn: Turn) -> None:
    """The page with the balance."""
    seen = turn.read(lambda session: points.summary(session, turn.world.anyone(turn.rng), now=turn.now))
    must(min(seen.available, seen.held, seen.pending, seen.debt) >= 0, f"a part of a balance is below 0: {seen}")
    must(not (seen.available and seen.debt), f"points beside a debt: {seen}")


def read_statement(turn: Turn) -> None:
    """The newest lines of the journal: each begins where the one before ended."""
    member_id = turn.world.anyone(turn.rng)
    lines = turn.read(lambda session: points.entries(session, member_id, limit=PAGE))
    for newer, older in pairwise(lines):
        must(newer.balance_after - newer.amount == older.balance_after, f"the statement of {member_id} does not add up")


def look_at_tier(turn: Turn) -> None:
    """The page with the tier and what the next one wants."""
    member_id = turn.world.anyone(turn.rng)
    turn.read(lambda session: tiers.standing(session, member_id, now=turn.now))


def look_back(turn: Turn) -> None:
    """Finance asks for a balance of the past: of this very moment it is what the page shows."""
    member_id, ago = turn.world.anyone(turn.rng), timedelta(days=turn.rng.randrange(90))

    def ask(session: Session) -> None:
        seen = points.summary(session, member_id, now=turn.now)
        balance = points.balance_at(session, member_id, at=turn.now)
        must(balance == seen.available + seen.held - seen.debt, f"two answers for the balance of {member_id}")
        points.balance_at(session, member_id, at=turn.now - ago)

    turn.read(ask)


def check_in(turn: Turn) -> None:
    """Today's visit, for some the second of the day."""
    member_id = turn.world.anyone(turn.rng)
    turn.write(lambda session: checkin.check_in(session, member_id, now=turn.now))


def exchange(turn: Turn) -> None:
    """Points for something nice, to be picked up."""
    world, rng = turn.world, turn.rng
    member_id, store_id = world.anyone(rng), rng.choice(world.store_ids)
    wishes = rng.sample(world.item_ids, rng.choice((1, 1, 1, 2)))
    order = turn.write(
        lambda session: mall.exchange(
            session, member_id, dict.fromkeys(wishes, 1), store_id=store_id, rng=rng, now=turn.now
        )
    )
    if place := order.pick_up:
        remember(world.orders, (member_id, order.no, place.code, place.store_id), rng)


def cancel_exchange(turn: Turn) -> None:
    """They think again, some of them twice."""
    if order := pick(turn.world.orders, turn.rng):
        turn.write(lambda session: mall.cancel(session, order[0], order[1], now=turn.now))


def pick_up(turn: Turn) -> None:
    """They fetch it, some of them twice."""
    if order := pick(turn.world.orders, turn.rng):
        turn.write(lambda session: mall.pick_up(session, code=order[2], store_id=order[3], now=turn.now))


GONE = frozenset({"points.account-closed", "members.closed", "mall.order-unknown"})

STEPS = (
    Step("join", 80, join),
    Step("look at points", 1_900, look_at_points),
    Step("read statement", 2_300, read_statement),
    Step("look at tier", 1_000, look_at_tier),
    Step("look back", 200, look_back),
    Step("check in", 400, check_in, frozenset({"checkin.already-checked-in"})),
    Step("exchange", 120, exchange, frozenset({"points.insufficient", "points.frozen", "mall.sold-out"})),
    Step("cancel exchange", 35, cancel_exchange, GONE | {"mall.already-picked-up", "mall.order-lapsed"}),
    Step("pick up", 70, pick_up, GONE | {"mall.order-cancelled", "mall.order-lapsed", "points.frozen"}),
)
