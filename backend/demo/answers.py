from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from backend import answers, rulebooks

LIST: Final = Path(__file__).with_name("data") / "faq.csv"
PARKING: Final = "地下停车场每小时 10 元。会员当日消费满 200 元免停 2 小时，满 500 元免停 4 小时。"
FLOORS: Final = "1F 化妆品与珠宝\n2F 女装\n3F 男装\n4F 儿童与运动\n5F 家居\n6F 餐饮\nB1 超市与停车场"

ENTRIES: Final[list[dict[str, Any]]] = [
    {"name": "floors", "words": ["楼层", "楼层导览", "导览"], "answer": {"kind": "text", "text": FLOORS}},
    {"name": "parking", "words": ["停车", "停车费"], "answer": {"kind": "text", "text": PARKING}},
    {
        "name": "mall",
        "words": ["商城", "积分商城", "礼品"],
        "answer": {"kind": "text", "text": "积分可以换好礼。", "page": "pages/mall/index", "link": "去积分商城"},
    },
    {
        "name": "complaint",
        "contains": ["投诉"],
        "answer": {
            "kind": "text",
            "text": "很抱歉给您带来不便。请回复「客服」告诉我们，或在小程序中留下您的意见。",
            "page": "pages/complaints/index",
            "link": "写下意见",
        },
    },
]


def teach_robot(session: Session, *, by: str, now: datetime) -> None:
    """Publish answers to words, and a list of questions of a department store."""
    newest = rulebooks.newest_published(session, answers.KIND)
    book = answers.draft_book(session, {"answers": ENTRIES}, based_on=newest, by=by, note="演示自动回复", now=now)
    rulebooks.publish(session, answers.KIND, book.version, live_from=now, by=by, now=now)
    answers.import_list(session, answers.read(LIST.read_text(encoding="utf-8")), by=by, now=now)
