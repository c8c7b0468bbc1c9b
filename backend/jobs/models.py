from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Json, code
from backend.kit.db import Model

RUNNING = "running"
DONE = "done"
FAILED = "failed"


class JobRun(Model):
    """One due time of a job; the primary key lets one process only run it. `owner` changes when it is taken over."""

    __tablename__ = "job_runs"
    __table_args__ = (
        Index(None, "outcome", "lease_until"),
        Index(None, "fire_at"),
        CheckConstraint(f"outcome IN ('{RUNNING}', '{DONE}', '{FAILED}')", name="outcome_known"),
    )

    job: Mapped[str] = mapped_column(code(32), primary_key=True)
    fire_at: Mapped[datetime] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(code(32))
    outcome: Mapped[str] = mapped_column(code(16), default=RUNNING)
    started_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    error: Mapped[str | None] = mapped_column(code(128))
