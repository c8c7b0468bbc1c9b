"""How the walk tells what it sees."""

import re
from itertools import count
from typing import Final

LINK: Final = re.compile(r"<a [^>]*>(.*?)</a>")

_numbers = count(1)


def stop(what: str) -> None:
    """The next stop."""
    print(f"\n{next(_numbers):>2}. {what}", flush=True)


def say(*lines: str) -> None:
    """What came back, each line of it indented."""
    for line in lines:
        for part in LINK.sub(r"[\1]", line).splitlines():
            print(f"      {part}", flush=True)


def yuan(fen: int) -> str:
    return f"¥{fen // 100}.{fen % 100:02d}"
