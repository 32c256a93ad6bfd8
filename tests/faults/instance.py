"""An instance as it lies on disk: copied, looked at, started again, and let grow old without waiting."""

import hashlib
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from portal.app import create_app
from portal.bundles.checking import check_digests, open_bundle
from portal.bundles.keys import read_private_key
from portal.catalogue.counts import recount
from portal.catalogue.purge import is_referenced
from portal.ingest.duties import DUTIES
from portal.ingest.runs.supervising import Harvests
from portal.kernel.ids import new_id
from portal.settings import Settings
from portal.wiring import WorkerParts, worker_parts
from portal.worker import hands_of

State = Mapping[str, tuple[tuple[str, ...], ...]]
_OF_DATASET = "JOIN dataset ON dataset.id = dataset_id"
_FACTS = {  # everything but ids and instants, which no two runs have in common; the first column is the record's key
    "dataset": "SELECT source_key, state, current_version, withdrawn_reason, stays_withdrawn, rows_withdrawn FROM dataset",
    "version": "SELECT source_key, number, data_digest, page_digest, row_count, redacted_at IS NULL"
    f" FROM version {_OF_DATASET}",
    "part": "SELECT source_key, version_number, slug, kind, row_count, sha256, blob_key, original_blob_key, preview"
    f" FROM version_part {_OF_DATASET}",
    "text": f"SELECT source_key, field, language, value FROM dataset_wording {_OF_DATASET}",
    "theme": f"SELECT source_key, theme_slug FROM dataset_theme {_OF_DATASET}",
    "file": f"SELECT source_key, version_number, part, format FROM spooled_file {_OF_DATASET}",
    "tombstone": f"SELECT source_key, version_number, reason, data_digest FROM tombstone {_OF_DATASET}",
    "row": f'SELECT source_key, "column", mark, row_count FROM row_withdrawal {_OF_DATASET}',
    "held": "SELECT source_name || ':' || record_id, kind, data_digest, page_digest, state, reviewer FROM held_record",
    "objection": "SELECT source_key, objection.ground, objection.statement, objection.state, hides, answer, measure, answered_by"
    " FROM objection JOIN dataset ON dataset.id = dataset_id",
    "act": "SELECT source_name || ':' || record_id, act, person, review_act.reason, assessment_sha256"
    " FROM review_act JOIN held_record ON held_record.id = held_id",
    "known": "SELECT source_name || ':' || record_id, fingerprint, raw_sha256, is_missing FROM source_record",
    "made": "SELECT 'bundles', sequence, previous = '', counts FROM bundle_made",
    "taken": "SELECT 'bundles', sequence, digest, counts FROM bundle_taken",
    "carried": "SELECT 'bundles', count(*) FROM bundled_dataset",
}
_LOCKS = {"spool/locks", "shelf/.lock"}


@dataclass(frozen=True)
class Instance:
    """Its settings say where it lies. Nothing of it is open outside of the methods."""

    settings: Settings

    def environment(self) -> dict[str, str]:
        """What a process of it is started with."""
        found = {
            "PORTAL_VAR_DIR": str(self.settings.var_dir),
            "PORTAL_SECRET_KEY": self.settings.secret_key,
            "PORTAL_QUARANTINE_KEY": self.settings.quarantine_key,
            "PORTAL_DATABASE_URL": self.settings.database_url,
            "PORTAL_BUNDLE_PUBLIC_KEY": self.settings.bundle_public_key,
        }
        return {name: value for name, value in found.items() if value}

    @contextmanager
    def opened(self) -> Iterator[WorkerParts]:
        worker = worker_parts(replace(self.settings, limit_factor=1000))
        try:
            yield worker
        finally:
            worker.parts.search.close()
            worker.parts.jobs.close()
            worker.parts.database.dispose()

    def copied(self, target: Path) -> "Instance":
        """The same again in another directory, and on a server in another database."""
        shutil.copytree(self.settings.var_dir, target)
        address = self.settings.database_url
        if address:
            name = f"t_{new_id()}"
            self._on_server(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(address).database}"')
            address = make_url(address).set(database=name).render_as_string(hide_password=False)
        return Instance(replace(self.settings, var_dir=target, database_url=address))

    def remove(self) -> None:
        shutil.rmtree(self.settings.var_dir)
        if self.settings.database_url:
            self._on_server(f'DROP DATABASE "{make_url(self.settings.database_url).database}" WITH (FORCE)')

    def _on_server(self, statement: str) -> None:
        url = make_url(self.settings.database_url).set(database="postgres")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    # --- looking

    def look(self) -> State:
        """Record → what is true of it, once all of it was found whole: verdicts, files, doors, numbers."""
        with self.opened() as worker:
            parts, found = worker.parts, defaultdict[str, list[tuple[str, ...]]](list)
            with parts.database.reading() as session:
                for name, statement in _FACTS.items():
                    for key, *values in session.execute(text(statement)):
                        found[key].append((name, *map(str, values)))
                unjudged = (
                    "SELECT count(*) FROM version LEFT JOIN verdict ON verdict.id = verdict_id WHERE outcome IS NULL"
                )
                assert session.execute(text(unjudged)).scalar() == 0, "a version without a verdict"
                twice = "SELECT count(*) FROM held_record WHERE state = 'waiting' GROUP BY source_name, record_id, kind"
                assert set(session.scalars(text(twice))) <= {1}, "held twice"
            self._check_held(worker)
            self._check_blobs(worker)
            self._check_bundles()
            with parts.database.transaction() as session:
                is_news = session.scalar(
                    text("SELECT count(*) FROM objection WHERE noticed_at IS NULL")
                )  # the worker counts
                assert recount(session) == 0 or is_news, "numbers on pages that are not true"
            check_doors(worker)
        return {key: tuple(sorted(values)) for key, values in found.items()}

    def _check_blobs(self, worker: WorkerParts) -> None:
        """Every file that a row names is there, with the digest that the row says."""
        store = worker.parts.store
        pairs = (("blob_key", "sha256", "version_part"), ("original_blob_key", "original_sha256", "version_part"))
        for key_column, digest_column, table in (*pairs, ("blob_key", "sha256", "spooled_file")):
            for key, digest in self._rows(worker, f"SELECT {key_column}, {digest_column} FROM {table}"):
                if key:
                    content = b"".join(store.read_range(key, 0, store.size_bytes(key)))
                    assert hashlib.sha256(content).hexdigest() == digest, f"{key} is not what was published"

    def _check_held(self, worker: WorkerParts) -> None:
        """Whatever waits for a person can still be published as it was judged."""
        statement = "SELECT staged FROM held_record WHERE kind = 'record' AND state = 'waiting'"
        for (staged,) in self._rows(worker, statement):
            sealed = json.loads(staged) if isinstance(staged, str) else staged
            path = self.settings.var_dir.with_name(new_id())
            worker.quarantine.restore(sealed["sha256"], path)
            for part in json.loads(path.read_text(encoding="utf-8"))["parts"]:
                if part["sha256"]:
                    assert worker.quarantine.holds(part["sha256"]), "bytes that are held are lost"
            path.unlink()

    def _check_bundles(self) -> None:
        """A bundle that has its name is whole."""
        for path in (self.settings.var_dir / "shelf").glob("bundle-??????"):
            key = read_private_key(self.settings.effective_secrets_dir).public_key()
            check_digests(open_bundle(path, key))

    @staticmethod
    def _rows(worker: WorkerParts, statement: str) -> Sequence[Any]:
        with worker.parts.database.reading() as session:
            return session.execute(text(statement)).all()

    # --- living on

    def restart(self) -> None:
        """What the next start of the worker does: look for runs that died, then each duty once."""
        with self.opened() as worker:
            harvests = Harvests(worker.parts.database, at_once=1, zone=ZoneInfo("Asia/Shanghai"))
            harvests.step()
            assert harvests.running == 0
            hands = hands_of(worker, Event())
            for duty in DUTIES:
                duty.do(hands)

    def age(self, by: timedelta) -> None:
        """Let so much time pass for what is waited with: notes of the sweep, jobs that stand still, files."""
        with self.opened() as worker, worker.parts.database.writing() as connection:
            for table, column in (("outbox", "created_at"), ("export_job", "started_at")):
                rows = connection.execute(text(f"SELECT id, {column} AS at FROM {table} WHERE {column} IS NOT NULL"))
                for row in rows.all():
                    earlier = _earlier(row.at, by)
                    statement = text(f"UPDATE {table} SET {column} = :at WHERE id = :id")
                    connection.execute(statement, {"at": earlier, "id": row.id})
        for path in self.settings.var_dir.rglob("*"):
            if not path.is_symlink():
                status = path.stat()
                os.utime(path, (status.st_atime - by.total_seconds(), status.st_mtime - by.total_seconds()))

    def leftovers(self) -> list[str]:
        """What lies on disk or in the index and should not: files nobody refers to, begun files, work of dead processes."""
        var = self.settings.var_dir
        with self.opened() as worker:
            parts = worker.parts
            found = [f"index: {difference}" for difference in [parts.search.compare()] if difference.count]
            with parts.database.reading() as session:
                found += [f"blob {key}" for key in parts.store.list_keys("") if not is_referenced(session, key)]
        begun = [
            *var.glob("work/*"),
            *var.glob("spool/*"),
            *var.glob("secrets/*.key.*"),
            *var.glob("secrets/.*"),
            *var.glob("shelf/*.partial"),
        ]
        begun += [path for path in var.rglob(".*") if path.is_file() and "search" not in path.parts]
        found += [name for path in begun if (name := str(path.relative_to(var))) not in _LOCKS]
        in_use = (var / "search" / "current").read_text().strip()
        known = {in_use, "current", "writer.lock"}
        return found + [f"search/{path.name}" for path in (var / "search").iterdir() if path.name not in known]

    def kept(self) -> set[str]:
        """Names of the sealed files in the quarantine."""
        return {path.stem for path in self.settings.effective_quarantine_dir.rglob("*.sealed")}


def check_doors(worker: WorkerParts) -> None:
    """Every dataset answers: what is public with the very bytes that its rows name, what is not with 410 or 404."""
    client = create_app(worker.parts).test_client()
    client.environ_base["HTTP_USER_AGENT"] = "test bot"  # whose visits are not counted, now and then, in a thread
    with worker.parts.database.reading() as session:
        datasets = session.execute(text("SELECT id, state, cut_asked_at FROM dataset")).all()
        hidden = set(session.scalars(text("SELECT dataset_id FROM objection WHERE state = 'open' AND hides")))
        files = session.execute(
            text(
                "SELECT dataset_id, slug, version_part.sha256 FROM version_part JOIN dataset ON dataset.id = dataset_id"
                " AND version_number = current_version WHERE kind = 'table' AND state = 'published'"
            )
        ).all()
    states = {row.id: row.state if row.cut_asked_at is None else "being cut" for row in datasets}
    states |= {dataset_id: "hidden" for dataset_id in hidden if states[dataset_id] == "published"}
    for dataset_id, state in states.items():
        expected = {"published": {200}, "being cut": {503}, "withdrawn": {410}, "hidden": {410}, "draft": {404}}[state]
        for address in (f"/api/v1/datasets/{dataset_id}", f"/zh/dataset/{dataset_id}"):
            assert _status(client, address) in expected, f"{address} of a dataset that is {state}"
    for dataset_id, slug, sha256 in files:
        if states[dataset_id] == "published":
            answer = client.get(f"/download/{dataset_id}/{slug}.parquet", follow_redirects=True)
            assert answer.status_code == 200
            assert hashlib.sha256(answer.get_data()).hexdigest() == sha256
            assert _status(client, f"/api/v1/datasets/{dataset_id}/tables/{slug}/rows?limit=3") == 200


def _status(client: FlaskClient, address: str) -> int:
    return client.get(address, follow_redirects=True).status_code


def _earlier(instant: Any, by: timedelta) -> Any:
    """SQLite gives instants as text."""
    if isinstance(instant, str):
        return (datetime.fromisoformat(instant) - by).isoformat(" ", "microseconds")
    return instant - by
