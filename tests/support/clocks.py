"""Instants that tests speak about; 1 March 2026 is a Sunday."""

from datetime import UTC, datetime

MORNING = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
LATE = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
