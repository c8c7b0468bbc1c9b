from datetime import datetime

from sqlalchemy.orm import Session

from backend import addresses
from backend.addresses import Draft, Entry
from tests.support.clocks import MORNING


def make_draft(**parts: str) -> Draft:
    """An acceptable address in Shanghai."""
    known = {
        "recipient": "王小红",
        "phone": "13800138000",
        "province_code": "310000",
        "city_code": "310100",
        "district_code": "310101",
        "street": "南京东路 100 号 3 楼",
    }
    return Draft(**(known | parts))


def make_address(
    session: Session, member_id: int, *, default: bool = False, now: datetime = MORNING, **parts: str
) -> Entry:
    """An address in a member's book."""
    return addresses.add(session, member_id, make_draft(**parts), default=default, now=now)[0]
