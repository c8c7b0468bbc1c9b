"""Everything the official account says, as data. `{link}` is a link into the mini-program."""

CARD, POINTS, COUPONS, CHECK_IN, EXCHANGE = "会员卡", "积分", "优惠券", "签到", "兑换"
EVENTS, PEOPLE = "活动", "客服"
OTHER_WORDS_FOR_PEOPLE = ("人工", "人工客服", "转人工", "在线客服")
WORDS_FOR_HELP = ("帮助", "help", "你好", "您好", "在吗", "hi", "hello", "?")

CARD_PAGE = "pages/card/index"
COUPONS_PAGE = "pages/coupons/index"
DRAWS_PAGE = "pages/draws/index"
EVENTS_PAGE = "pages/events/index"
JOIN_PAGE = "pages/join/index"
MALL_PAGE = "pages/mall/index"
ORDERS_PAGE = "pages/orders/index"
POINTS_PAGE = "pages/points/index"
PREFERENCES_PAGE = "pages/preferences/index"

HELLO, HELLO_AGAIN = "欢迎关注百汇！", "欢迎回来！您的百汇会员已关联。"
GREETINGS = {
    "store": "欢迎光临{label}！",
    "staff": "您好，我是{label}，很高兴为您服务！",
    "event": "欢迎参加{label}！",
    "campaign": "欢迎参与{label}！",
    "referral": "好友邀您加入百汇！",
    "other": "欢迎关注百汇！",
}
HOW = "回复「会员卡」「积分」「优惠券」「签到」「兑换」「活动」即可使用，有问题请直接留言，或回复「客服」。"
WELCOME = "{greeting}\n{link}，积分、优惠与好礼一卡尽享。\n\n" + HOW
WELCOME_BACK = "{greeting}\n{link}\n\n" + HOW
SCANNED = "{greeting}\n{link}"
JOIN_FIRST = "您还不是百汇会员，{link}，马上享受会员权益。"
HELP = (
    "您好，回复以下文字即可使用：\n会员卡 - 查看会员卡与等级\n积分 - 查询积分\n优惠券 - 可用的优惠券\n"
    "签到 - 每日签到领积分\n兑换 - 查看兑换与提货\n活动 - 正在进行的活动\n客服 - 转人工客服\n"
    "TD - 退订营销消息\n也可以直接写下您的问题。"
)
BUSY = "系统繁忙，请稍后再试"

JOIN_LINK = "点此免费入会"
OPEN_PREFERENCES_LINK = "打开消息设置"
OPEN_CARD_LINK = "打开会员卡"
OPEN_POINTS_LINK = "查看积分明细"
OPEN_COUPONS_LINK = "打开我的优惠券"
OPEN_MALL_LINK = "去积分商城"
OPEN_ORDERS_LINK = "查看兑换订单"
OPEN_EVENTS_LINK = "查看全部活动"
OPEN_DRAWS_LINK = "去抽奖"

CARD_ANSWER = "会员卡号：{card_no}\n会员等级：{tier}\n{link}"
POINTS_ANSWER = "可用积分：{available}"
POINTS_EXPIRING = "其中 {points} 积分将于 {year} 年 {month} 月 {day} 日到期"
POINTS_HELD = "冻结积分：{held}"
POINTS_DEBT = "待扣积分：{debt}（将从之后获得的积分中扣除）"
MARKETING_OFF = (
    "已退订：公众号与小程序将不再向您发送优惠活动、节日祝福等营销消息，积分、兑换等服务通知照常发送。\n"
    "恢复请回复「DY」，短信与邮件可{link}管理。"
)
MARKETING_ON = "已恢复：您将继续收到优惠活动与节日祝福。\n退订请回复「TD」，也可{link}。"
CHECKED_IN = "签到成功！已连续签到 {streak} 天，获得 {points} 积分，当前积分 {balance}。"
CHECK_IN_REWARD = "🎁 {reached}，获得 {gifts}"
CHECK_IN_REACHED = {
    "streak": "连续签到满 {days} 天",
    "week": "本周签到满 {days} 天",
    "month": "本月签到满 {days} 天",
    "special": "今日特别签到",
}
GIFT_POINTS, GIFT_COUPONS, GIFT_TICKETS = "{number} 积分", "{number} 张优惠券", "{number} 次抽奖机会"

DAY = "{month} 月 {day} 日"
COUPONS_ANSWER = "您有 {count} 张可用优惠券，最先到期的是："
COUPON_LINE = "· {name}（{day}到期）"
NO_COUPONS = "您暂时没有可用的优惠券。"
EXCHANGES_ANSWER = "您进行中的兑换："
EXCHANGE_LINE = "· {title}：{state}"
EXCHANGE_STATES = {"placed": "待发货", "prepared": "待发货", "ready": "待发货", "shipped": "已发货，运送中"}
TO_PICK_UP = "请于 {day}前到店提货，提货码尾号 {code}"
NO_EXCHANGES = "您没有进行中的兑换。"
EVENTS_ANSWER = "近期活动："
DRAW_LINE = "· {title}（截止 {day}）"
EVENT_LINE = "· {title}（{day} 开始）"
NO_EVENTS = "更多活动请在小程序中查看："

UNKNOWN_TO_THE_ROBOT = "这个问题我还答不上来。"
CALLED = "已为您转接人工客服，{ahead}请稍候。"
AHEAD = "前面还有 {count} 位顾客，"
AFTER_HOURS = "客服服务时间为每天 {from_}–{until}，现在不在服务时间。您的问题已记下，{when} 上班后会在这里回复您。"
NOBODY_AT_THE_DESK = "您的问题已记下，客服会在这里回复您。"
STILL_WAITING = "您的留言已收到，客服会一并回复。"
WITH_PEOPLE = "客服正在为您服务，请直接留言。"
TODAY, TOMORROW = "今天", "明天"
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

GUIDE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>百汇会员</title>
<body style="font-family: sans-serif; text-align: center; padding: 20vh 1.5rem 0">
<h1>百汇会员</h1>
<p>请在手机微信中打开本消息，点击链接进入小程序。</p>
</body>
</html>
"""
