"""Background work: Huey on SQLite or Redis. It wakes the worker; the database says what is to be done."""

from portal.jobs.protocol import JobQueue
from portal.jobs.queue import HueyQueue, open_queue

__all__ = ["HueyQueue", "JobQueue", "open_queue"]
