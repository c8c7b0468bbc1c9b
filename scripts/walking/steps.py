"""The walk, stop by stop. Each stop prints what it does and what came back, and checks it."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from scripts.walking.account import ask_in_chat, open_pages, scan_code
from scripts.walking.benefits import use_benefits
from scripts.walking.counter import buy_with_money, order_ahead
from scripts.walking.doors import CONSENT_VERSION, Body, MiniProgram, Phone, Till, Wire, check, same
from scripts.walking.events import register_for_event
from scripts.walking.inbox import read_inbox
from scripts.walking.mall import order_something, store_of
from scripts.walking.plans import buy_membership
from scripts.walking.returning import check_in_at_store, claim_receipt
from scripts.walking.rewards import play_draw, redeem_parking, use_coupons
from scripts.walking.sharing import share_invitation
from scripts.walking.telling import say, stop, yuan

LONGEST_CODE: Final = 20  # digits
MESSAGE_WITHIN_S: Final = 40.0
BASKET: Final = [
    {"sku": "SUSE-01", "name": "羊毛大衣", "category": "女装", "brand": "素色", "qty": 1, "amount_fen": 189_900},
    {"sku": "ZHAOLU-02", "name": "精华露", "category": "美妆", "brand": "朝露", "qty": 1, "amount_fen": 89_900},
]
REFUNDED_FEN: Final = 50_000
LONG_AGO: Final = timedelta(days=10)  # longer than the demo's stores take goods back
POINTS_HELD: Final = 1_000
POINTS_USED: Final = 800


@dataclass
class Walk:
    """One shopper's way through the store, and what they have learnt on it."""

    web: Wire
    simulator: Wire
    till: Till
    store_name: str  # as it stands over the door of the store with the till
    phone: Phone = field(init=False)
    app: MiniProgram = field(init=False)
    member_id: str = ""
    order_no: str = ""
    points: int = 0
    pending: int = 0

    def go(self) -> None:
        """All stops in order. Raises WalkFailed at the first that is not as it should be."""
        for one in (
            self.meet_wechat,
            self.join,
            self.show_card,
            self.buy,
            self.return_part,
            self.report_late,
            self.pay_with_points,
            self.use_coupons,
            self.use_benefits,
            self.check_in,
            self.share,
            self.claim_receipt,
            self.pay_at_counter,
            self.play,
            self.register_for_event,
            self.exchange,
            self.change_mind,
            self.ask_official_account,
            self.visit_official_account,
            self.read_statement,
            self.read_inbox,
            self.buy_membership,
        ):
            one()

    def meet_wechat(self) -> None:
        number = f"169{secrets.randbelow(10**8):08d}"
        stop(f"A new WeChat user with the phone number {number} follows the official account")
        self.phone = Phone(self.simulator, nickname="小百", phone=number)
        pushed = self.phone.does("follow")
        check(pushed["outcome"] == "answered" and "欢迎" in (pushed["reply"] or ""), f"no welcome: {pushed}")
        say(pushed["reply"])

    def join(self) -> None:
        stop("Opens the mini-program, signs in with a login code and joins with a phone code")
        self.app = MiniProgram(self.web)
        code = self.phone.code("login")
        signed_in = self.app.ask("POST", "/login", {"code": code}).must_be(200).body
        check(signed_in["joined"] is False, f"a stranger is a member already: {signed_in}")
        self.app.ask("POST", "/login", {"code": code}).must_be(401)
        say("signed in; the same login code a second time is refused")
        self.app.token = signed_in["token"]
        self.app.ask("GET", "/me").must_be(403, code="members.not-joined")
        wish = {"phone_code": self.phone.code("phone"), "nickname": "小百", "consent_version": CONSENT_VERSION}
        me = self.app.ask("POST", "/members", wish).must_be(201).body
        self.app.ask("POST", "/members", wish).must_be(200)
        self.points = me["points"]["available"]
        say(f"member {me['card_no']}, {me['phone']}, {me['tier']['name']}, {self.points} points as a gift; joins once")

    def show_card(self) -> None:
        stop("Shows the card at the till")
        card = self.app.ask("GET", "/me/card").must_be(200).body
        code = card["code"]
        check(code.isdigit() and len(code) <= LONGEST_CODE, f"not a code that a scanner reads: {code}")
        found = self.till.ask("POST", "/members/lookup", {"code": code}).must_be(200).body
        self.member_id = found["member_id"]
        say(f"code {code} -> {found['name']}, {found['tier']['name']}, {found['points']} points")
        self.till.ask("POST", "/members/lookup", {"code": code}).must_be(404, code="pos.nobody-found")
        say("the same code a second time finds nobody")

    def buy(self) -> None:
        stop("Buys a coat and a serum")
        quote = self.till.ask("POST", "/quotes", {"member_id": self.member_id, "items": BASKET}).must_be(200).body
        say(f"quote: {yuan(quote['payable_fen'])} to pay, {quote['points_earned']} points, then {_tier_after(quote)}")
        sale = self._sale(quote, paid_at=datetime.now(UTC))
        self.order_no = str(sale["order_no"])
        bought = self.till.ask("POST", "/purchases", sale).must_be(201)
        check(bought.body["points_earned"] == quote["points_earned"], "the purchase earns other points than quoted")
        say(f"order {self.order_no}: {bought.body['points_earned']} points, {bought.body['tier']['name']}")
        same(bought, self.till.ask("POST", "/purchases", sale).must_be(200))
        self.till.ask("POST", "/purchases", {**sale, "paid_fen": 1}).must_be(409)
        say("reported again: the same reply, nothing twice; other content under the number is refused")
        say(f"the points can be used from {bought.body['points_settle_on']}, when the goods cannot come back any more")
        self._expect_points(self.points, pending=bought.body["points_earned"])
        why = self.till.ask("GET", f"/purchases/{self.order_no}/explanation").must_be(200).body["rules"]
        say(*(f"{one['name']}: {one['words']}" for one in why))
        # of what goes out at once: that of the new tier waits for the morning, when the walk is made at night
        self._read_message("积分待入账通知", str(bought.body["points_earned"]))

    def return_part(self) -> None:
        stop(f"Brings something back for {yuan(REFUNDED_FEN)}")
        wish = {"refund_no": f"R-{self.order_no}", "amount_fen": REFUNDED_FEN}
        path = f"/purchases/{self.order_no}/refunds"
        refunded = self.till.ask("POST", path, wish).must_be(201)
        same(refunded, self.till.ask("POST", path, wish).must_be(200))
        taken = refunded.body["points_taken_back"]
        check(taken > 0, f"nothing was taken back: {refunded.body}")
        say(f"{taken} points that wait taken back, once; {refunded.body['tier']['name']}")
        self._expect_points(self.points, pending=self.pending - taken)

    def report_late(self) -> None:
        stop("A till that was offline reports what was bought ten days ago")
        quote = self.till.ask("POST", "/quotes", {"member_id": self.member_id, "items": BASKET}).must_be(200).body
        sale = self._sale(quote, paid_at=datetime.now(UTC) - LONG_AGO)
        bought = self.till.ask("POST", "/purchases", sale).must_be(201).body
        check(bought["points_settle_on"] is None, f"points wait for goods that cannot come back: {bought}")
        say(f"{bought['points_earned']} points at once: the goods cannot come back any more")
        self._expect_points(self.points + bought["points_earned"])

    def pay_with_points(self) -> None:
        stop("Pays a part of a bill with points")
        asked = {"member_id": self.member_id, "items": BASKET}
        usable = self.till.ask("POST", "/quotes", asked).must_be(200).body
        fewer = usable["points_fewer"]
        say(
            f"{usable['points_usable']} of {self.points} points may be used" + (f": {fewer['detail']}" if fewer else "")
        )
        order_no = f"W{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(5)}"
        wish = {"order_no": order_no, "member_id": self.member_id, "points": POINTS_HELD}
        held = self.till.ask("POST", "/points-holds", wish).must_be(201)
        same(held, self.till.ask("POST", "/points-holds", wish).must_be(200))
        say(f"{POINTS_HELD} points set aside until {held.body['until'][11:16]} UTC, once")
        wanted = {"points_to_use": POINTS_USED}
        quote = self.till.ask("POST", "/quotes", {**asked, **wanted, "order_no": order_no}).must_be(200).body
        sale = {**self._sale(quote, paid_at=datetime.now(UTC)), **wanted, "order_no": order_no}
        bought = self.till.ask("POST", "/purchases", sale).must_be(201).body
        check(bought["points_fen"] == quote["points_fen"], "the points pay something else than quoted")
        say(f"{bought['points_used']} points paid {yuan(bought['points_fen'])}, the rest of those set aside is free")
        self._expect_points(self.points - POINTS_USED, pending=self.pending + bought["points_earned"])
        self.till.ask("POST", f"/points-holds/{order_no}/release", {}).must_be(409, code="points.hold-captured")
        self._return_all(order_no, bought)

    def _return_all(self, order_no: str, bought: Body) -> None:
        value = bought["paid_fen"] + bought["points_fen"]
        path = f"/purchases/{order_no}/refunds"
        parts = [
            self.till.ask("POST", path, {"refund_no": f"R{number}", "amount_fen": fen}).must_be(201).body
            for number, fen in enumerate((value // 3, value - value // 3), start=1)
        ]
        sums = [sum(part[name] for part in parts) for name in ("money_fen", "points_returned", "points_taken_back")]
        check(
            sums == [bought["paid_fen"], bought["points_used"], bought["points_earned"]],
            f"not all that was paid has come back, or not all that was earned was taken: {parts}",
        )
        say(f"returned in two parts: {yuan(sums[0])} and {sums[1]} points are back, to the fen and to the point")
        self._expect_points(self.points + POINTS_USED, pending=self.pending - bought["points_earned"])

    def use_coupons(self) -> None:
        asked = {"member_id": self.member_id, "items": BASKET}
        use_coupons(self.app, self.till, asked, lambda quote: self._sale(quote, paid_at=datetime.now(UTC)))
        self._expect_points(self.points)
        redeem_parking(self.app, self.till)

    def check_in(self) -> None:
        self._expect_points(self.points + check_in_at_store(self.app, self.till))

    def claim_receipt(self) -> None:
        paid_at = datetime.now(UTC) - LONG_AGO
        self._expect_points(self.points + claim_receipt(self.app, self.till, BASKET, paid_at=paid_at))

    def use_benefits(self) -> None:
        use_benefits(self.app, self.till)

    def share(self) -> None:
        self._expect_points(self.points + share_invitation(self.app, self.web, self.simulator))

    def play(self) -> None:
        self._expect_points(self.points - play_draw(self.app))

    def register_for_event(self) -> None:
        register_for_event(self.app, self.till)

    def buy_membership(self) -> None:
        buy_membership(self.app, self.till, self.phone)

    def exchange(self) -> None:
        stop("Exchanges points in the mall and reads the message about it on the phone")
        order = self._order()
        self._read_message("积分兑换成功通知", order["pickup_code"])
        picked_up = self.till.ask("POST", "/mall/orders/pick-up", {"code": order["pickup_code"]}).must_be(200)
        same(picked_up, self.till.ask("POST", "/mall/orders/pick-up", {"code": order["pickup_code"]}).must_be(200))
        say(f"picked up at the till: {picked_up.body['title']}")
        self.app.ask("POST", f"/mall/orders/{order['no']}/cancel").must_be(409, code="mall.already-picked-up")

    def pay_at_counter(self) -> None:
        buy_with_money(self.app, self.till, self._store_of)
        order_ahead(self.app, self.till, self._store_of)
        self._expect_points(self.points)

    def change_mind(self) -> None:
        stop("Exchanges once more and cancels")
        before = self.points
        order = self._order()
        cancelled = self.app.ask("POST", f"/mall/orders/{order['no']}/cancel").must_be(200).body
        check(cancelled["status"] == "cancelled", f"not cancelled: {cancelled}")
        self.till.ask("POST", "/mall/orders/pick-up", {"code": order["pickup_code"]}).must_be(409)
        say("the points are back, the pick-up code opens nothing any more")
        self._expect_points(before)

    def ask_official_account(self) -> None:
        ask_in_chat(self.phone, points=self.points)

    def visit_official_account(self) -> None:
        scan_code(self.phone)
        open_pages(self.phone, self.till, member_id=self.member_id)

    def read_statement(self) -> None:
        stop("Reads the statement")
        lines = self.app.ask("GET", "/points/entries?limit=50").must_be(200).body["items"]
        say(*(f"{line['at'][:19]}  {line['amount']:>6}  {line['balance_after']:>6}  {line['words']}" for line in lines))
        check(sum(line["amount"] for line in lines) == self.points, "the statement does not add up to the balance")

    def read_inbox(self) -> None:
        read_inbox(self.app)

    def _sale(self, quote: Body, *, paid_at: datetime) -> Body:
        return {
            "order_no": f"W{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(5)}",
            "member_id": self.member_id,
            "paid_at": paid_at.isoformat(),
            "items": BASKET,
            "total_fen": quote["total_fen"],
            "paid_fen": quote["payable_fen"],
        }

    def _order(self) -> Body:
        order = order_something(self.app, points=self.points, store_name=self.store_name)
        self._expect_points(self.points - order["points"])
        return order

    def _store_of(self, item: Body) -> str:
        return store_of(self.app, item, self.store_name)

    def _read_message(self, title: str, value: str) -> None:
        arrived = self.phone.waits_for(
            lambda one: one.get("title") == title and value in (row["value"] for row in one["fields"]),
            within_s=MESSAGE_WITHIN_S,
        )
        say(f"on the phone: {title}", *(f"  {row['label']}  {row['value']}" for row in arrived["fields"]))

    def _expect_points(self, wanted: int, *, pending: int | None = None) -> None:
        pending = self.pending if pending is None else pending
        me = self.app.ask("GET", "/me").must_be(200).body
        found = me["points"]
        check(
            (found["available"], found["pending"]) == (wanted, pending),
            f"wanted {wanted} points and {pending} that wait, got {found}",
        )
        self.points, self.pending = wanted, pending
        waiting = f" and {pending} that wait" if pending else ""
        say(f"now {wanted} points{waiting}, {me['tier']['name']}")


def _tier_after(quote: Body) -> str:
    return str((quote["tier_after"] or quote["tier"])["name"])
