"""A store in which every job has something to do."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import update

from backend import adjustments, checkin, coupons, lifecycle, mall, members, partners, plans, points, sharing, tiers
from backend.coupons import HandoutPlan, Wish
from backend.jobs import ledger
from backend.jobs.ledger import Claim
from backend.kit.db import run
from backend.kit.idempotency import IdempotencyKey
from backend.oa import receipts
from backend.points import Entry
from backend.receipts import Named, claim_by_number
from backend.runtime import Runtime
from backend.stores import create_store
from tests.factories.addresses import make_address
from tests.factories.adjustments import make_adjustment, make_grant
from tests.factories.bookings import make_booking, make_service
from tests.factories.books import change_book
from tests.factories.broadcasts import make_started
from tests.factories.conversations import make_conversation
from tests.factories.coupons import READER, WRITER, make_coupon, make_template
from tests.factories.events import first_session, make_event, register
from tests.factories.mall import give_points, make_item
from tests.factories.media import make_picture
from tests.factories.members import make_follower, make_member
from tests.factories.operators import make_operator
from tests.factories.partners import link, make_partner
from tests.factories.payments import make_payment
from tests.factories.plans import sell_plans
from tests.factories.purchases import make_purchase
from tests.factories.referrals import make_bought, make_inviter
from tests.factories.shares import make_share
from tests.factories.tiers import buy
from tests.support.clocks import MORNING
from tests.support.runtimes import OA
from tests.support.simulator import RunningSimulator

TWO_YEARS = timedelta(days=738)  # until Women's Day
NEARLY_A_PICK_UP = timedelta(days=13)


def exchange_and_fetch(session, runtime, item_id, store_id, *, at, fetches):
    """An exchange of a member of its own, fetched at once or waiting."""
    member_id = make_member(session).id
    give_points(session, member_id, 500, now=at)
    order = mall.exchange(session, member_id, {item_id: 1}, store_id=store_id, rng=runtime.rng, now=at)
    if fetches:
        mall.pick_up(session, code=order.pickup_code, store_id=store_id, now=at)


def ship_something(session, runtime):
    """An exchange that was sent and that nobody said had come."""
    item, member_id = make_item(session, ways="shipping"), make_member(session).id
    to = make_address(session, member_id).id
    order = mall.exchange_to_ship(session, member_id, {item.id: 1}, address_id=to, rng=runtime.rng, now=MORNING)
    mall.ship(session, order.no, carrier="顺丰速运", tracking_no="SF1", now=MORNING)


def a_day_s_work(runtime: Runtime, wechat: RunningSimulator) -> datetime:
    """Something for every job: expired points, a lapsed exchange, an unknown follower, somebody who leaves, a grant,
    books that cannot be, a friend who rose, greetings, leftovers. Answers an instant after it all.
    """

    def fill(session):
        member = make_member(session)
        give_points(session, member.id, 500)
        store = create_store(session, code="S1", name="南京路店", now=MORNING)
        item = make_item(session)
        mall.exchange(session, member.id, {item.id: 1}, store_id=store.id, rng=runtime.rng, now=MORNING)
        exchange_and_fetch(session, runtime, item.id, store.id, at=MORNING, fetches=True)
        exchange_and_fetch(
            session, runtime, item.id, store.id, at=MORNING + TWO_YEARS - NEARLY_A_PICK_UP, fetches=False
        )
        ship_something(session, runtime)
        session.add(IdempotencyKey(caller="member:1", key="k", fingerprint=b"f" * 32, created_at=MORNING))
        receipts.once(session, "ab" * 32, lambda: None, now=MORNING)
        ledger.claim(session, Claim("purge", MORNING, "me"), now=MORNING)
        leave_and_be_corrected(session, card_no=member.card_no)
        make_broken_books(session)
        make_friends(session)
        make_coupon_work(session)
        make_greetings(session)
        make_membership(session, store.id)
        register(session, make_member(session).id, first_session(session, make_event(session)))
        make_payment(session, member.id)
        make_bought(session, make_inviter(session), store_id=store.id)
        make_shared_purchase(session, store_id=store.id)
        make_partner_work(session)
        claim_by_number(session, member.id, Named(store.id, "A-1", 1, MORNING.date()), now=MORNING)
        make_appointment(session, MORNING + TWO_YEARS)
        make_started(session, now=MORNING + timedelta(minutes=1))
        picture = make_picture(session, runtime.media)
        shown = {"kind": "picture", "picture": picture.hash, "text": "楼层图"}
        change_book(session, "answers", answers=[{"name": "floors", "words": ["楼层"], "answer": shown}])
        make_conversation(session, identity=make_follower(session, unionid="u-desk"))

    run(runtime.sessions.write, fill)
    runtime.media.write(f"{'ab' * 32}/original.jpg", b"left over from a crash")
    a_follower(runtime, wechat)
    return MORNING + TWO_YEARS


def leave_and_be_corrected(session, *, card_no):
    """A member who leaves, a request that nobody decides, a grant that has begun."""
    lifecycle.ask_to_leave(session, make_member(session).id, now=MORNING)
    make_operator(session, "chen")
    make_adjustment(session, make_member(session).id, 5_000)
    grant = make_grant(session, {card_no: 20})
    adjustments.start_grant(session, grant.id, by="chen", now=MORNING)


def make_appointment(session, at):
    """An appointment that is an hour ahead at an instant."""
    service, member_id = make_service(session), make_member(session).id
    hour = timedelta(hours=1)
    make_booking(session, member_id, service, at + hour, now=at - 30 * hour)


def make_broken_books(session):
    """A member whose journal was changed by some other hand."""
    changed = Entry.member_id == make_member(session).id
    session.execute(update(Entry).where(changed).values(source_id="forged"))


def make_friends(session):
    """Somebody whose friend has come to another tier."""
    inviter, friend = (points.lock(session, make_member(session).id, now=MORNING) for _ in range(2))
    source = points.Source("friend", friend.member_id)
    tiers.count_friend(session, inviter, friend_id=friend.member_id, source=source, now=MORNING)
    buy(session, friend, 200_000, now=MORNING)


def make_coupon_work(session):
    """A coupon that a friend has not accepted, codes to make, a list to hand out; answers the template's code."""
    template, member = make_template(session, transferable=True, validity={"days": 30}), make_member(session)
    coupons.order_codes(session, Wish(template.code, 3, "地推"), by=WRITER, now=MORNING)
    plan = HandoutPlan(template.code, {member.id: 1}, "老客", "list")
    handout = coupons.plan_handout(session, plan, by=WRITER, now=MORNING)
    coupons.approve_handout(session, handout.id, by=READER, now=MORNING)
    coupon = make_coupon(session, member, template=template)
    coupons.send(session, member.id, coupon.id, rng=Random(1), now=MORNING)
    return template.code


def make_membership(session, store_id):
    """A membership that has ended by the time it is looked at, and its member not been told."""
    sell_plans(session)
    sale = plans.Sale("T1", make_member(session).id, "gold-year", 12_000, "cash")
    plans.sell(session, sale, store_id=store_id, rng=Random(1), now=MORNING)


def make_shared_purchase(session, *, store_id):
    """A purchase by a friend who came by a share."""
    sharer, friend = make_member(session), make_member(session)
    share = make_share(session, sharer.id)
    sharing.open_share(session, share.token, members.identity_ids(session, friend.id)[0], now=MORNING)
    make_purchase(session, 20_000, store_id=store_id, member_id=friend.id)


def make_partner_work(session):
    """Points on their way to a partner that nobody answers for, and others that it has only announced."""
    partner, member_id = make_partner(session), make_member(session).id
    known_as = link(session, partner, member_id).alias
    partners.ask(session, member_id, partner.code, given=60, now=MORNING)
    partners.prepare(session, partner.id, ref="a-1", member=known_as, given=100, now=MORNING)


def make_greetings(session):
    """A holiday that is greeted, members who are asked back, one who wants to be reminded of checking in."""
    change_book(session, "holidays", greetings=[{"holiday": "womens-day", "greeting": "节日快乐"}])
    change_book(session, "win-back", times=1)
    checkin.remind_me(session, make_member(session).id, wanted=True, now=MORNING)


def a_follower(runtime: Runtime, wechat: RunningSimulator, *, joined: bool = False):
    """Somebody who follows and whose unionid was not told with it; their member has joined already, when asked for."""
    user = wechat.new_user()
    wechat.follow(user)

    def meet(session):
        if joined:
            make_member(session, unionid=user.unionid)
        return members.follow(session, appid=OA.appid, openid=user.oa_openid, unionid=None, now=MORNING)

    return user, run(runtime.sessions.write, meet)
