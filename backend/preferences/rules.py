import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from backend.preferences.errors import AddressRefused

SERVICE: Final = "service"
MARKETING: Final = "marketing"
OFFICIAL_ACCOUNT: Final = "official-account"
MINI_PROGRAM: Final = "mini-program"
SMS: Final = "sms"
E_MAIL: Final = "e-mail"
WAYS: Final = (OFFICIAL_ACCOUNT, MINI_PROGRAM, SMS, E_MAIL)

Pair = tuple[str, str]
"""A topic and a way."""


@dataclass(frozen=True)
class Topic:
    """What messages are about: its kind, and its name on screens."""

    kind: str
    title: str


TOPICS: Final[Mapping[str, Topic]] = {
    "points": Topic(SERVICE, "积分变动与到期"),
    "tiers": Topic(SERVICE, "会员等级"),
    "coupons": Topic(SERVICE, "优惠券到账与到期"),
    "exchanges": Topic(SERVICE, "兑换与抽奖"),
    "events": Topic(SERVICE, "活动报名"),
    "account": Topic(SERVICE, "账户与服务"),
    "greetings": Topic(MARKETING, "生日与节日祝福"),
    "campaigns": Topic(MARKETING, "优惠活动"),
}
BY_HOUSE: Final[frozenset[Pair]] = frozenset((name, SMS) for name, topic in TOPICS.items() if topic.kind == MARKETING)
"""What is not sent to who has chosen nothing: commercial SMS need the recipient's consent (工信部令第31号, 18)."""

CODE_DIGITS: Final = 6
CODE_GOOD_FOR: Final = timedelta(minutes=15)
LONGEST_ADDRESS: Final = 254
LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS: Final = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{LABEL}\.)+[A-Za-z]{{2,63}}")
BETWEEN_LETTERS: Final = re.compile(r"[\s。.!?,、~…「」『』“”\"'《》\[\]【】-]+")


class Word(Enum):
    """What somebody asks for who writes a word of the trade."""

    REFUSE = "no more marketing"
    WELCOME = "marketing again"


WORDS: Final = {
    "TD": Word.REFUSE,
    "退订": Word.REFUSE,
    "取消订阅": Word.REFUSE,
    "R": Word.REFUSE,  # what marketing SMS name: 拒收请回复R
    "DY": Word.WELCOME,
    "订阅": Word.WELCOME,
}


def word_of(text: str) -> Word | None:
    """What a text asks for that is nothing but such a word, however it is spaced or written; None for all else."""
    return WORDS.get(BETWEEN_LETTERS.sub("", unicodedata.normalize("NFKC", text)).upper())


def checked_address(text: str) -> str:
    """An address that mail can be sent to, with the domain in small letters. Raises AddressRefused."""
    address = text.strip()
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
        raise AddressRefused
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def wants(chosen: Mapping[Pair, bool], pair: Pair) -> bool:
    """Whether a member wants a topic by a way: as chosen, else as the house does by itself."""
    return chosen.get(pair, pair not in BY_HOUSE)
