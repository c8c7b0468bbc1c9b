"""What is done by the clock: the timetable, the ledger of its runs, and the process that runs it and delivers messages.

Any number of jobs processes may run; each due time of a job is run by one of them. Every job may be run twice for the
same instant without doing anything twice. Owns the table `job_runs`.
"""

from backend.jobs.events import tend_session
from backend.jobs.runner import JobUnknown, Planned, listing, run
from backend.jobs.schedule import JOBS, Job

__all__ = ["JOBS", "Job", "JobUnknown", "Planned", "listing", "run", "tend_session"]
