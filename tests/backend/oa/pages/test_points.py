import re

from backend import points
from backend.points import Source
from tests.support.clocks import MORNING

LINES = re.compile(r'class="(?:plus|minus)">([+-][0-9,]+)<')


def credit(session, member_id, amounts):
    account = points.lock(session, member_id, now=MORNING)
    for number, amount in enumerate(amounts):
        points.credit(session, account, amount, source=Source("adjustment", number), now=MORNING)


def test_balance_and_statement(browser, sessions, member_id):
    with sessions.write.begin() as session:
        credit(session, member_id, [1_234_567])
        account = points.lock(session, member_id, now=MORNING)
        points.reserve(session, account, 67, source=Source("exchange", 1), until=None, now=MORNING)
    page = browser.open("/wechat/pages/points").text
    assert "<h1>1,234,600</h1>" in page
    assert "冻结 <b>67</b>" in page
    assert "待扣" not in page
    assert LINES.findall(page) == ["+1,234,567", "+100"]
    assert "入会礼" in page
    assert "有效期至 2027-03-01" in page


def test_pages_of_the_statement(browser, sessions, member_id):
    with sessions.write.begin() as session:
        credit(session, member_id, range(1, 31))
    page = browser.open("/wechat/pages/points").text
    older = re.search(r'href="(/wechat/pages/points\?cursor=[^"]+)"', page)[1]
    rest = browser.open(older).text
    amounts = LINES.findall(page) + LINES.findall(rest)
    assert amounts == [*(f"+{amount}" for amount in range(30, 0, -1)), "+100"]
    assert "回到最新" in rest
    assert "更早的记录" not in rest
    assert "到期时间" not in rest


def test_beyond_the_end(browser):
    assert "没有更早的记录了" in browser.open("/wechat/pages/points?cursor=WzFd").text
