"""Which tables a member's document is made of. A table about members that is in neither list fails a test."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Section:
    """The rows of `table` that are a member's: those whose `owner` is the member, or a row of `through` that is."""

    table: str
    title: str
    owner: str = "member_id"
    through: str | None = None


SECTIONS: Final = (
    Section("members", "会员资料", owner="id"),
    Section("identities", "微信身份"),
    Section("member_tags", "标签"),
    Section("member_addresses", "收货地址"),
    Section("mail_addresses", "邮箱"),
    Section("message_choices", "消息偏好"),
    Section("quiet_hours", "免打扰时段"),
    Section("preference_changes", "偏好变更记录"),
    Section("subscriptions", "订阅消息授权", owner="identity_id", through="identities"),
    Section("tier_standings", "等级"),
    Section("tier_changes", "等级变更"),
    Section("tier_gifts", "等级礼"),
    Section("growth_entries", "成长值流水"),
    Section("tier_friends", "成长值所计好友", owner="inviter_id"),
    Section("point_accounts", "积分账户"),
    Section("account_freezes", "积分账户冻结记录"),
    Section("point_entries", "积分流水"),
    Section("point_lots", "积分批次"),
    Section("point_extensions", "积分延期"),
    Section("point_holds", "积分冻结"),
    Section("point_pendings", "待入账积分"),
    Section("point_debts", "积分欠账"),
    Section("adjustments", "积分调整"),
    Section("earning_awards", "奖励计算"),
    Section("purchases", "消费"),
    Section("purchase_lines", "消费明细", owner="purchase_id", through="purchases"),
    Section("refunds", "退货"),
    Section("refund_lines", "退货明细", owner="refund_id", through="refunds"),
    Section("cash_holds", "抵现冻结"),
    Section("coupons", "优惠券"),
    Section("coupon_redemptions", "优惠券核销"),
    Section("coupon_refusals", "未发成的优惠券"),
    Section("coupon_birthday_gifts", "生日券"),
    Section("coupon_gifts", "送出的优惠券", owner="giver_id"),
    Section("mall_orders", "兑换订单"),
    Section("mall_order_lines", "兑换明细", owner="order_id", through="mall_orders"),
    Section("mall_payments", "兑换付款", owner="order_id", through="mall_orders"),
    Section("lottery_tickets", "抽奖机会"),
    Section("lottery_plays", "抽奖记录"),
    Section("lottery_wins", "中奖记录"),
    Section("check_ins", "签到"),
    Section("check_in_rewards", "签到礼"),
    Section("check_in_reminders", "签到提醒"),
    Section("member_visits", "到访"),
    Section("vehicles", "车辆"),
    Section("event_registrations", "活动报名"),
    Section("event_feedback", "活动评价", owner="registration_id", through="event_registrations"),
    Section("referral_codes", "邀请码"),
    Section("referral_rewards", "邀请奖励"),
    Section("referral_staff_newcomers", "由员工邀请", owner="newcomer_id"),
    Section("benefit_uses", "用过的权益"),
    Section("parking_deductions", "停车抵扣"),
    Section("benefit_gifts", "生日礼"),
    Section("payments", "微信支付"),
    Section("payment_refunds", "微信支付退款", owner="payment_id", through="payments"),
    Section("plan_orders", "付费会员订单"),
    Section("plan_uses", "用过的付费会员权益", owner="order_id", through="plan_orders"),
    Section("families", "我的家庭", owner="owner_id"),
    Section("family_seats", "家庭成员资格"),
    Section("family_transfers", "赠送给家人的积分", owner="giver_id"),
    Section("partner_links", "绑定的合作商户"),
    Section("partner_exchanges", "与合作商户互换的积分"),
    Section("partner_coupon_grants", "合作商户赠送的优惠券"),
    Section("messages", "消息"),
    Section("deliveries", "消息投递"),
    Section("conversations", "客服会话", owner="identity_id", through="identities"),
    Section("chat_lines", "聊天记录", owner="identity_id", through="identities"),
    Section("scene_touches", "扫过的二维码", owner="identity_id", through="identities"),
    Section("member_merges", "并入的会员", owner="into_id"),
    Section("membership_closures", "注销申请"),
)

# a table about members that their document leaves out, and why
HELD_BACK: Final = {
    "partner_link_codes": "digests of codes that are good for minutes; what came of one is a link",
    "point_allocations": "which lots paid: follows from entries and lots",
    "point_hold_parts": "as the allocations, of holds",
    "point_give_backs": "as the allocations, of what was given back",
    "point_pending_cuts": "as the allocations, of points not in yet",
    "earning_grants": "the parts of an award, which is given",
    "earning_usage": "counters of what awards gave",
    "benefit_quotas": "counters of what uses took",
    "referral_invitations": "speaks of a friend's purchase and of how abuse is found",
    "referral_periods": "counters of what rewards gave",
    "risk_signals": "keyed digests, which tell nobody anything but that two are equal",
    "risk_blocks": "how abuse is kept out; who is blocked is told by what is refused",
    "grant_rows": "our list of whom we meant to give points; what came of it are entries",
    "coupon_handout_rows": "our list of whom we meant to give coupons; what came of it are coupons",
    "coupon_codes": "our stock of codes; what came of one is a coupon",
    "broadcast_lists": "our list of whom we meant to write to; what came of it are messages",
    "tier_reviews": "a note for the night, of friends who are given",
    "service_windows": "counters of what WeChat lets us send",
    "desk_replies": "on their way; what they say are chat lines",
    "reconciliations": "of the whole store: how far a run has come",
    "reconciliation_faults": "of our books, not of the person",
}
