"""What operators and families do: adjust, approve, extend, freeze, merge, let go, pass points on, change the rules."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import adjustments, families, lifecycle, members, points, tiers
from backend.adjustments import Purpose, Wish
from bench.soak.books import change_the_rules
from bench.soak.steps import Step, Turn, must
from bench.soak.world import pick, remember
from config.policy import SHOP_ZONE

SIZES = (10, 50, 200, 3_000)  # points; the last waits for a second pair of eyes
GRANTED_TO = 12


def adjust(turn: Turn) -> None:
    """An operator gives or takes points by hand; the key makes a second click harmless."""
    amount = turn.rng.choice(SIZES) * turn.rng.choice((1, 1, -1))
    wish = Wish(amount, "correction", "盘点差错", turn.name("adjust-"))
    member_id = turn.world.anyone(turn.rng)

    def work(session: Session) -> tuple[int, int]:
        first, again = (
            adjustments.request(session, member_id, wish, by=turn.login("operator"), now=turn.now) for _ in range(2)
        )
        return first.id, again.id

    asked, again = turn.write(work)
    must(asked == again, "the same request was taken twice")
    remember(turn.world.requests, asked, turn.rng)


def decide(turn: Turn) -> None:
    """The second pair of eyes."""
    if asked := pick(turn.world.requests, turn.rng):
        turn.write(lambda session: adjustments.approve(session, asked, by=turn.login("admin"), now=turn.now))


def undo_adjustment(turn: Turn) -> None:
    """What was adjusted is reversed, some of it twice."""
    if asked := pick(turn.world.requests, turn.rng):
        turn.write(
            lambda session: adjustments.reverse(session, asked, note="误操作", by=turn.login("admin"), now=turn.now)
        )


def grant(turn: Turn) -> None:
    """A list of members is given points; the clock hands them out."""
    chosen = sorted({turn.world.anyone(turn.rng) for _ in range(GRANTED_TO)})

    def work(session: Session) -> None:
        cards = "\n".join(members.get(session, member_id).card_no for member_id in chosen)
        plan = adjustments.draw_up(session, cards.encode(), points=20, now=turn.now)
        purpose = Purpose("campaign", "周年庆", turn.name("grant-"))
        planned = adjustments.store(session, plan, purpose, by=turn.login("operator"), now=turn.now)
        session.flush()  # it is started at once
        adjustments.start_grant(session, planned.id, by=turn.login("operator"), now=turn.now)

    turn.write(work)


def extend(turn: Turn) -> None:
    """A lot's last day is put off."""
    member_id = turn.world.anyone(turn.rng)
    last_day = turn.now.astimezone(SHOP_ZONE).date().replace(year=turn.now.year + 1 + turn.rng.randrange(2))

    def work(session: Session) -> None:
        for lot in points.lots(session, member_id, limit=1):
            adjustments.extend_lot(
                session,
                member_id,
                lot.lot_no,
                last_day=last_day,
                reason="门店装修",
                by=turn.login("admin"),
                now=turn.now,
            )

    turn.write(work)


def freeze(turn: Turn) -> None:
    """An account is held still while its books are looked into."""
    member_id = turn.world.anyone(turn.rng)
    turn.write(
        lambda session: adjustments.freeze(session, member_id, reason="核查", by=turn.login("admin"), now=turn.now)
    )
    turn.world.frozen.append(member_id)


def unfreeze(turn: Turn) -> None:
    """It goes on."""
    if member_id := pick(turn.world.frozen, turn.rng):
        turn.write(
            lambda session: adjustments.unfreeze(
                session, member_id, reason="核查完毕", by=turn.login("admin"), now=turn.now
            )
        )
        turn.world.frozen.remove(member_id)


def merge(turn: Turn) -> None:
    """Two members turn out to be one person."""
    gone, into = turn.world.anyone(turn.rng), turn.world.anyone(turn.rng)
    if gone == into:
        return

    def work(session: Session) -> None:
        before, gifts = (
            [points.summary(session, one, now=turn.now) for one in (gone, into)],
            _gifts(session, gone, into),
        )
        lifecycle.merge(session, gone_id=gone, into_id=into, by=turn.login("admin"), reason="同一人", now=turn.now)
        session.flush()  # what stands now is looked at
        after = points.summary(session, into, now=turn.now)
        nets = [one.available + one.held + one.pending - one.debt for one in (*before, after)]
        nets[2] -= _gifts(session, gone, into) - gifts  # a rise that was due before is written down first
        must(nets[0] + nets[1] == nets[2], f"merging {gone} into {into} lost or made points: {nets}")

    turn.write(work)
    turn.world.leave(gone)


def _gifts(session: Session, *member_ids: int) -> int:
    """What members were ever given for a tier."""
    given = select(func.sum(points.Entry.amount)).where(points.Entry.member_id.in_(member_ids))
    return int(session.scalar(given.where(points.Entry.source_kind == "tier-gift")) or 0)


def ask_to_leave(turn: Turn) -> None:
    """A member wants to be forgotten, in a week."""
    member_id = turn.world.anyone(turn.rng)
    turn.write(lambda session: lifecycle.ask_to_leave(session, member_id, now=turn.now))
    turn.world.leave(member_id)
    turn.world.leaving.append(member_id)


def stay(turn: Turn) -> None:
    """They think again, some too late."""
    if member_id := pick(turn.world.leaving, turn.rng):
        turn.write(lambda session: lifecycle.stay(session, member_id, now=turn.now))
        turn.world.leaving.remove(member_id)
        turn.world.departed.remove(member_id)
        turn.world.shoppers.append(member_id)


def give_tier(turn: Turn) -> None:
    """A tier by hand for a while, as a courtesy."""
    member_id, until = turn.world.anyone(turn.rng), turn.now + timedelta(days=turn.rng.randint(5, 60))

    def work(session: Session) -> None:
        account = points.lock(session, member_id, now=turn.now)
        by = turn.login("admin")
        tiers.set_manual(session, account, "gold", until_at=until, by=by, reason="体验", now=turn.now)

    turn.write(work)


def pay_membership(turn: Turn) -> None:
    """A paid membership for a quarter."""
    member_id, source = turn.world.anyone(turn.rng), points.Source("paid", turn.name("P"))
    until = turn.now + timedelta(days=90)

    def work(session: Session) -> None:
        account = points.lock(session, member_id, now=turn.now)
        tiers.note_paid_period(session, account, from_at=turn.now, until_at=until, source=source, now=turn.now)

    turn.write(work)


def found_family(turn: Turn) -> None:
    """A family of two, who may pass points on to one another."""
    owner, other = turn.world.anyone(turn.rng), turn.world.anyone(turn.rng)
    if owner == other:
        return

    def work(session: Session) -> None:
        families.make(session, owner, now=turn.now)
        session.flush()  # the invitation looks for it
        code = families.invite(session, owner, rng=turn.rng, now=turn.now).code
        session.flush()  # the other one looks for it
        families.join(session, other, code=code, now=turn.now)

    turn.write(work)
    remember(turn.world.families, (owner, other), turn.rng)


def pass_on(turn: Turn) -> None:
    """Points for somebody of the family."""
    if family := pick(turn.world.families, turn.rng):
        giver, taker = turn.rng.sample(family, 2)
        amount = turn.rng.choice((100, 150))
        turn.write(lambda session: families.transfer(session, giver, to_member_id=taker, amount=amount, now=turn.now))


LEFT = frozenset({"points.account-closed", "points.no-account"})
SHORT = LEFT | {"points.insufficient", "points.frozen"}
UNDECIDED = SHORT | {"adjustments.not-waiting", "adjustments.beyond-allowance"}
UNDOING = SHORT | {"adjustments.not-applied", "points.nothing-to-cancel", "points.already-cancelled"}
UNITING = frozenset({"lifecycle.holds-open", "lifecycle.account-frozen", "lifecycle.closure-running"})
HOME = frozenset({"families.already-in-one", "families.none", "families.not-in-family", "families.member-unknown"})
GIVING = HOME | {"families.transfers-off", "families.day-cap-reached", "families.not-settled"}

STEPS = (
    Step("adjust", 35, adjust, SHORT),
    Step("decide", 15, decide, UNDECIDED),
    Step("undo an adjustment", 8, undo_adjustment, UNDOING),
    Step("grant", 1, grant, frozenset({"grants.needs-approval", "grants.bad-lines"})),
    Step("extend a lot", 8, extend, SHORT | {"points.not-later", "points.lot-unknown"}),
    Step("freeze", 2, freeze),
    Step("unfreeze", 3, unfreeze, LEFT),
    Step("merge", 6, merge, UNITING),
    Step("ask to leave", 4, ask_to_leave),
    Step("stay", 2, stay, LEFT | {"lifecycle.not-closing"}),
    Step("give a tier", 8, give_tier, LEFT),
    Step("pay for membership", 8, pay_membership, LEFT),
    Step("found a family", 8, found_family, HOME),
    Step("pass on", 25, pass_on, SHORT | GIVING),
    Step("change the rules", 0, change_the_rules, frozenset({"rulebooks.outdated", "rulebooks.live-in-past"})),
)
