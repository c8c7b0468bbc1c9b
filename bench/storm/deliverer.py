"""A delivery process that is there to be killed: `python -m bench.storm.deliverer DATABASE WECHAT HOURGLASS`."""

import sys
from threading import Event

from backend.messaging import deliver_until
from bench.storm.hourglass import Hourglass
from bench.storm.place import impatient


def main() -> None:
    """Deliver until killed."""
    database_url, wechat_url, hourglass = sys.argv[1:]
    deliver_until(impatient(database_url, wechat_url, Hourglass.read(hourglass)), Event(), workers=8)


if __name__ == "__main__":
    main()
