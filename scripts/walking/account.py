"""The walk's stops at the official account: its chat, a code at the door, the menu, the web pages."""

import re

from scripts.walking.doors import Phone, Till, check
from scripts.walking.telling import say, stop


def ask_in_chat(phone: Phone, *, points: int) -> None:
    """Ask by a word that the account knows, and in words of one's own."""
    stop("Asks the official account: 积分")
    reply = phone.does("say", text="积分")["reply"] or ""
    check(str(points) in reply, f"wanted {points} points in the answer, got: {reply}")
    say(reply)
    stop("Asks in words of their own: 停车一小时多少钱")
    answer = phone.does("say", text="停车一小时多少钱")["reply"] or ""
    check("停车" in answer or "客服" in answer, f"neither an answer nor people, but: {answer}")
    say(answer)


def scan_code(phone: Phone) -> None:
    """Scan one of the store's codes and be greeted by it."""
    stop("Scans a code at the store")
    codes = phone.codes()
    check(bool(codes), "the store has no codes")
    pushed = phone.does("scan", scene=codes[0]["scene"])
    check(pushed["outcome"] == "answered" and bool(pushed["reply"]), f"nobody is greeted: {pushed}")
    say(pushed["reply"])


def open_pages(phone: Phone, till: Till, *, member_id: str) -> None:
    """Press the menu, be let in by WeChat without a word, and show the card of the web page at the till."""
    stop("Opens the card from the menu of the official account, and shows it at the till")
    pressed = phone.presses(0)
    address = pressed["button"]["url"]
    page = phone.opens(address)
    shown = re.search(r'id="digits">([0-9 ]+)<', page)
    check(shown is not None, f"{address} shows no code: {page[:300]}")
    code = shown[1].replace(" ", "") if shown else ""
    found = till.ask("POST", "/members/lookup", {"code": code}).must_be(200).body
    check(found["member_id"] == member_id, f"the code is somebody else's: {found}")
    say(f"{pressed['button']['name']}: code {code} -> {found['name']}, {found['tier']['name']}")
    check("积分明细" in phone.opens(address.replace("/card", "/points")), "there is no page of points")
