"""Imports every module with tables, so that migrations and tests forget none."""

from backend.kit import idempotency
from backend.points import models as points
from backend.tiers import models as tiers

__all__ = ["idempotency", "points", "tiers"]
