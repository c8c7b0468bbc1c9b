"""Everything the official account says, as data. `{link}` is a link into the mini-program."""

CARD, POINTS, CHECK_IN = "会员卡", "积分", "签到"

CARD_PAGE = "pages/card/index"
JOIN_PAGE = "pages/join/index"
POINTS_PAGE = "pages/points/index"

HELLO, HELLO_AGAIN = "欢迎关注百汇！", "欢迎回来！您的百汇会员已关联。"
GREETINGS = {
    "store": "欢迎光临{label}！",
    "staff": "您好，我是{label}，很高兴为您服务！",
    "event": "欢迎参加{label}！",
    "campaign": "欢迎参与{label}！",
    "referral": "好友邀您加入百汇！",
    "other": "欢迎关注百汇！",
}
WELCOME = "{greeting}\n{link}，积分、优惠与好礼一卡尽享。\n\n" + "回复「会员卡」「积分」「签到」即可使用。"
WELCOME_BACK = "{greeting}\n{link}\n\n回复「会员卡」「积分」「签到」即可使用。"
SCANNED = "{greeting}\n{link}"
JOIN_FIRST = "您还不是百汇会员，{link}，马上享受会员权益。"
HELP = "您好，回复以下文字即可使用：\n会员卡 - 查看会员卡与等级\n积分 - 查询积分\n签到 - 每日签到领积分"
BUSY = "系统繁忙，请稍后再试"

JOIN_LINK = "点此免费入会"
OPEN_CARD_LINK = "打开会员卡"
OPEN_POINTS_LINK = "查看积分明细"

CARD_ANSWER = "会员卡号：{card_no}\n会员等级：{tier}\n{link}"
POINTS_ANSWER = "可用积分：{available}"
POINTS_EXPIRING = "其中 {points} 积分将于 {year} 年 {month} 月 {day} 日到期"
POINTS_HELD = "冻结积分：{held}"
POINTS_DEBT = "待扣积分：{debt}（将从之后获得的积分中扣除）"
CHECKED_IN = "签到成功！已连续签到 {streak} 天，获得 {points} 积分，当前积分 {balance}。"

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
