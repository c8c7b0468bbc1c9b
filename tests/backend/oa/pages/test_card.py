from datetime import timedelta

from backend import members, tiers
from backend.kit.db import run
from backend.oa.pages.codes import bar_picture, qr_picture
from tests.support.clocks import MORNING


def code_of(runtime, member_id, at):
    with runtime.sessions.read() as session:
        return members.card_code(members.get(session, member_id), runtime.keys.card_codes, at).code


def test_card_shows_tier_number_and_what_there_is(browser, sessions, member_id):
    page = browser.open("/wechat/pages/card").text
    with sessions.read() as session:
        card_no = members.get(session, member_id).card_no
        tier = tiers.standing(session, member_id, now=MORNING).tier.name
    assert f"{card_no[:4]} {card_no[4:8]} {card_no[8:]}" in page
    assert f"{tier}会员" in page
    assert "小*" in page
    assert "<b>100</b>可用积分" in page


def test_code_is_drawn_both_ways(browser, runtime, member_id, clock):
    page = browser.open("/wechat/pages/card").text
    code = code_of(runtime, member_id, clock.now())
    assert " ".join(code[place : place + 4] for place in range(0, 20, 4)) in page
    assert bar_picture(code) in page
    assert f'src="{qr_picture(code)}"' in page.replace("&#34;", '"').replace("&#39;", "'")
    assert 'data-seconds="60"' in page


def test_next_code_comes_without_the_page(browser, runtime, member_id, clock):
    clock.move(timedelta(seconds=50))
    answer = browser.client.get("/wechat/pages/card/code")
    code = code_of(runtime, member_id, clock.now())
    assert answer.json == {"digits": code, "qr": qr_picture(code), "bars": bar_picture(code), "seconds": 60}
    assert answer.headers["Cache-Control"] == "no-store"


def test_code_works_at_the_till(browser, runtime, sessions, member_id, clock):
    code = browser.client.get("/wechat/pages/card/code").json["digits"]
    found = run(
        sessions.write,
        lambda session: members.redeem_card_code(session, code, key=runtime.keys.card_codes, now=clock.now()),
    )
    assert found.id == member_id


def test_script_of_who_is_barred_is_told_as_a_problem(browser, sessions, member_id):
    with sessions.write.begin() as session:
        members.block(session, member_id)
    answer = browser.client.get("/wechat/pages/card/code")
    assert (answer.status_code, answer.json["code"]) == (403, "members.blocked")


def test_script_of_who_is_signed_out_is_sent_to_wechat(client, wechat):
    assert client.get("/wechat/pages/card/code").location.startswith(wechat.base_url)
