"""Places on the ground and how far they are from one another. Pure.

These are degrees of WGS 84, as mini-programs tell positions (`wx.getLocation`, type wgs84). It is the one matter here
in which nothing is counted: metres are good to half a per cent.
"""

from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Final

from pydantic import Field

EARTH_M: Final = 6_371_009  # its mean radius

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Place = tuple[float, float]


def metres_between(one: Place, other: Place) -> int:
    """How far two places (latitude, longitude) are from one another over the ground."""
    north, east = map(radians, one)
    north_too, east_too = map(radians, other)
    height = sin((north_too - north) / 2) ** 2
    width = cos(north) * cos(north_too) * sin((east_too - east) / 2) ** 2
    return round(2 * EARTH_M * asin(min(1, sqrt(height + width))))
