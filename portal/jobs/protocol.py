"""The seam between whoever has work to be done and the worker that does it."""

from typing import Protocol


class JobQueue(Protocol):
    """A bell, not a list of duties: it carries the kind of work that waits, and losing it loses nothing.

    Use it right after a transaction that wrote what is to be done (an outbox row, an export job, a revision).
    Not for arguments or results: those are rows, which the worker's periodic scan finds without any bell.
    """

    def wake(self, kind: str) -> None:
        """Ask for work of this kind soon. Never raises: a queue that is away is logged, the periodic scan does it."""
        ...

    def wait(self, timeout_s: float) -> frozenset[str]:
        """Kinds that were asked for since the last call, at the latest after `timeout_s`; empty when none, or when away."""
        ...

    def close(self) -> None:
        """Let go of connections; a closed queue opens them again when it is used."""
        ...
