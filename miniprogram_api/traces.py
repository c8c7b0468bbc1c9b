"""What a call was seen with, for signals of abuse."""

from typing import Final

from flask import request

from backend import risk

DEVICE_HEADER: Final = "X-Device-Id"
LONGEST_DEVICE: Final = 128


def trace(*, phone: str | None = None) -> risk.Trace:
    """The device that the mini-program names, the address that it calls from, and the phone where it is known.

    A device's name that is none (too long, not of plain characters) is as good as no name: it refuses nothing.
    """
    device = request.headers.get(DEVICE_HEADER, "").strip()
    named = device if len(device) <= LONGEST_DEVICE and device.isascii() and device.isprintable() else ""
    return risk.Trace(device=named or None, address=request.remote_addr, phone=phone)
