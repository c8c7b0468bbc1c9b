"""What is stored about a member, for the member: the right to see it and to take it along (PIPL, articles 45 and 50).

Reads the tables of all domains, by name, and owns none.
"""

from backend.exports.catalogue import HELD_BACK, SECTIONS, Section
from backend.exports.gathering import Page, page

__all__ = ["HELD_BACK", "SECTIONS", "Page", "Section", "page"]
