"""Which share an act is put down to, and what is acceptable about an article. Pure."""

import re
from datetime import datetime, timedelta
from typing import Final

CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,31}")
PAGE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z/_-]{0,60}(\?[0-9A-Za-z=&_.-]{1,60})?")
LONGEST_TITLE: Final = 60


def still_counts(touched_at: datetime, now: datetime, *, days: int) -> bool:
    """Whether what happens at `now` is put down to a share that was opened last at `touched_at`."""
    return touched_at <= now < touched_at + timedelta(days=days)


def faults_of_article(code: str, title: str, page: str) -> str | None:
    """What is wrong with an article, None when nothing is."""
    if not CODE.fullmatch(code):
        return "代码须为小写字母开头的 2–32 位字母、数字或 -"
    if not 1 <= len(title.strip()) <= LONGEST_TITLE or not title.isprintable():
        return f"标题须为 1–{LONGEST_TITLE} 字"
    return None if PAGE.fullmatch(page) else "页面路径不合规，开头不带 /"
