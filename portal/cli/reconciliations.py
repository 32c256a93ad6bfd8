"""A reconciliation for people and programs: what a listing had more, less or twice, and whose data nobody names."""

from collections.abc import Sequence
from typing import Any

import click

from portal.ingest.listings.reconciling import Compared
from portal.ingest.runs.bookkeeping import RunView
from portal.ingest.runs.reporting import RecordLine

_WORDS = {
    "new": "seen for the first time",
    "changed": "changed since the last time",
    "gone": "no longer listed",
    "twice_code": "different records with the same code",
    "twice_title": "different records with the same title and department",
    "listed_twice": "listed more than once under one identifier",
    "orphan_dataset": "datasets that are public and whose record is not listed",
    "orphan_item": "rows of items without a resource",
    "orphan_file": "data files that nobody names",
    "orphan_hidden": "hidden rows, none of them published",
}
_NAMED = 10


def print_reconciliation(lines: Sequence[Compared] | None) -> None:
    """Only what there is; one line for each kind, and the first names under it."""
    if lines is None:
        return
    click.echo("\nCompared with what was known:")
    for line in lines:
        if not line.count and line.kind.startswith(("orphan", "twice", "listed")):
            continue
        click.echo(f"  {line.count:>6} {_WORDS[line.kind]}")
        if line.kind in {"new", "changed"}:
            continue
        for name in line.names[:_NAMED]:
            click.echo(f"           {name}")
        if line.count > _NAMED:
            click.echo("           …")
    if not any(line.kind == "gone" for line in lines):
        click.echo("  The listing did not reach its end: nobody knows what is gone.")


def run_as_json(run: RunView, lines: Sequence[Compared] | None, exceptions: Sequence[RecordLine]) -> dict[str, Any]:
    """All of `portal harvest show` as one object."""
    return {
        "run": run.id,
        "source": run.source_name,
        "state": run.state,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "counts": dict(run.counts),
        "errors": list(run.errors),
        "reconciliation": None
        if lines is None
        else {line.kind: {"count": line.count, "names": list(line.names)} for line in lines},
        "exceptions": [
            {
                "record": line.record_id,
                "title": line.title,
                "action": line.action.value,
                "note": line.note,
                "reasons": [
                    {"code": r.code, "severity": r.severity, "subject": r.subject, "count": r.count}
                    for r in line.reasons
                ],
            }
            for line in exceptions
        ],
    }
