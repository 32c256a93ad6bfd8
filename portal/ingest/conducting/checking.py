"""Reach a source once, without harvesting."""

from portal.ingest.conducting.opening import opened
from portal.ingest.harvest import utc_now
from portal.ingest.sources import get_source
from portal.ingest.workshop import Workshop
from portal.storage.workdirs import work_dir


def check_source(workshop: Workshop, source_name: str) -> str:
    """A sentence that says what was found. Raises SourceUnknown, SourceInvalid, or the source's own error."""
    with workshop.database.reading() as session:
        source = get_source(session, source_name)
    with (
        work_dir(workshop.work_dir) as path,
        opened(workshop, source, run_id="", path=path, progress=None, now=utc_now, is_dry=True) as harvest,
    ):
        return harvest.harvester.check()
