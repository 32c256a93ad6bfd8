"""Open a source: its connector, its secret and a client of its own, as the steps of a run need them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from harvesters import hosts_of, open_source
from portal.ingest.caps import Caps
from portal.ingest.fetching.bases import count_runs
from portal.ingest.fetching.sheets import ChildSheetReader
from portal.ingest.fetching.transport import transport_for
from portal.ingest.harvest import Harvest, Progress, Silence
from portal.ingest.offline import parsed_mapping
from portal.ingest.sources import RegisteredSource, read_secret
from portal.ingest.workshop import Workshop


@contextmanager
def opened(
    workshop: Workshop,
    source: RegisteredSource,
    *,
    run_id: str,
    path: Path,
    progress: Progress | None,
    now: Callable[[], datetime],
    is_dry: bool = False,
    is_full: bool = False,
) -> Iterator[Harvest]:
    """What the steps of a run need, with a client that may reach the source's own host and no other private one."""
    with workshop.database.reading() as session:
        run_number = count_runs(session, source.name)
    with workshop.client_for(hosts_of(source.kind, source.config)) as client:
        harvester = open_source(
            source.kind,
            name=source.name,
            config=source.config,
            secret=read_secret(workshop.secrets_dir, source.secret_name),
            transport=transport_for(client),
            clock=now,
            sheets=ChildSheetReader(path.parent),
        )
        yield Harvest(
            run_id=run_id,
            source=source,
            harvester=harvester,
            mapping=parsed_mapping(source.mapping),
            store=workshop.store,
            quarantine=None if is_dry else workshop.quarantine,
            originals=workshop.quarantine,
            work_dir=path,
            caps=Caps.of(source.limits),
            progress=progress or Silence(),
            now=now,
            rows=workshop.rows,
            run_number=run_number,
            is_full=is_full,
        )
