import json
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from backend.addresses.errors import RegionRefused, RegionUnknown

DATA: Final = Path(__file__).parent / "data" / "regions.json"  # where it is from: README.md beside it
LEVELS: Final = ("province_list", "city_list", "county_list")
OWN_DIGITS: Final = (2, 4, 6)  # of a province's, a city's, a district's code; zeros follow


@dataclass(frozen=True)
class Region:
    """A province, a city or a district by its code of GB/T 2260, six digits."""

    code: str
    name: str


@dataclass(frozen=True)
class Gazetteer:
    """Every region's name by its code, and what lies in it; the provinces lie in ""."""

    names: dict[str, str]
    inside: dict[str, tuple[Region, ...]]


def regions(parent: str | None = None) -> tuple[Region, ...]:
    """What lies in a region, by ascending code: the provinces without `parent`, at most 100 in any other.

    A district holds nothing more. Raises RegionUnknown.
    """
    known = _gazetteer()
    if parent is not None and parent not in known.names:
        raise RegionUnknown
    return known.inside.get(parent or "", ())


def names_of(province: str, city: str, district: str) -> tuple[str, str, str]:
    """The names of three regions of which each lies in the one before. Raises RegionRefused."""
    path = ("", province, city, district)
    found = [_name_in(parent, code) for parent, code in pairwise(path)]
    return found[0], found[1], found[2]


def _name_in(parent: str, code: str) -> str:
    known = _gazetteer()
    if code not in known.names or _parent(code) != parent:
        raise RegionRefused
    return known.names[code]


@cache
def _gazetteer() -> Gazetteer:
    lists = json.loads(DATA.read_text(encoding="utf-8"))
    names: dict[str, str] = {code: name for level in LEVELS for code, name in lists[level].items()}
    inside: dict[str, list[Region]] = {}
    for code in sorted(names):
        inside.setdefault(_parent(code), []).append(Region(code, names[code]))
    return Gazetteer(names, {parent: tuple(found) for parent, found in inside.items()})


def _parent(code: str) -> str:
    """The code of the region in which one lies, "" of a province."""
    own = next(digits for digits in OWN_DIGITS if not code[digits:].strip("0"))
    return code[: own - 2].ljust(6, "0") if own > OWN_DIGITS[0] else ""
