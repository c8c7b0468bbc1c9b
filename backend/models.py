"""Imports every module with tables, so that migrations and tests forget none."""

from backend.kit import idempotency

__all__ = ["idempotency"]
