"""The demo store: three stores with a year of made-up life, and the logins to try it with. Never for production."""

from backend.demo.logins import Logins, logins
from backend.demo.seed import MEMBERS, seed

__all__ = ["MEMBERS", "Logins", "logins", "seed"]
