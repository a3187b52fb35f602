"""What the worker does: duties, periodic work, how a worker runs, and whether one does."""

from app.jobs.duty import Backoff, Duty, PeriodicJob, TryAgain

__all__ = ["Backoff", "Duty", "PeriodicJob", "TryAgain"]
