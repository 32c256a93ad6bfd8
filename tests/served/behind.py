"""What lies behind the doors and may be read by the process that serves: tables, files, the search index."""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, text

from portal.app import create_app
from portal.db import Database
from portal.db.roles import WEB_READS, WEB_READS_COLUMNS
from portal.index.documents import read_all_documents
from portal.storage import BlobStore
from portal.wiring import Parts
from tests.served.crawl import crawl
from tests.served.doors import InProcess
from tests.served.examining import Allowance, Examination, allowance_of
from tests.served.opening import Opened, json_texts, spelled

_PREVIEW = "preview"
_OWN_KEYS = frozenset({"request_id", "timestamp", "caller", "run"})  # of digits by chance; none was written by anybody


def stored_allowance(connection: Connection) -> Allowance:
    """What the verdicts of the published versions let out."""
    query = (
        "SELECT version.dataset_id, verdict.reasons FROM version JOIN verdict ON verdict.id = version.verdict_id "
        "JOIN dataset ON dataset.id = version.dataset_id WHERE verdict.outcome = 'admitted'"
    )
    return allowance_of((str(row[0]), row[1]) for row in connection.execute(text(query)))


def take_database(examination: Examination, connection: Connection) -> int:
    """Every table and column that the web's role can read; how many rows."""
    count = 0
    for table in (*WEB_READS, *WEB_READS_COLUMNS):
        columns = ", ".join(f'"{name}"' for name in WEB_READS_COLUMNS.get(table, ())) or "*"
        for row in connection.execute(text(f"SELECT {columns} FROM {table}")).mappings():
            count += 1
            owner = str(row.get("dataset_id") or (row["id"] if table == "dataset" else ""))
            for name, value in row.items():
                _take_value(examination, f"table {table}.{name}", name, value, owner)
    return count


def _take_value(examination: Examination, where: str, name: str, value: object, dataset_id: str) -> None:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        value = json.loads(value)
    if name == _PREVIEW and isinstance(value, list):
        rows = [[spelled(cell) for cell in (row.values() if isinstance(row, dict) else row)] for row in value]
        examination.take_opened(where, Opened({}, (), (rows,)), dataset_id)
        return
    for one in json_texts(value if isinstance(value, dict | list | str) else spelled(value)):
        examination.take_text(where, one, dataset_id)


def take_store(examination: Examination, store: BlobStore, connection: Connection) -> int:
    """Every stored file; how many."""
    keys = list(store.list_keys(""))
    return take_files(examination, ((key, store.local_path(key).read_bytes()) for key in keys), connection)


def take_files(examination: Examination, files: Iterable[tuple[str, bytes]], connection: Connection) -> int:
    """Files by key; how many. What belongs to a dataset is compared with that dataset's verdict."""
    owners = {}
    for query in (
        "SELECT blob_key, dataset_id FROM version_part",
        "SELECT original_blob_key, dataset_id FROM version_part",
        "SELECT blob_key, dataset_id FROM spooled_file",
    ):
        owners.update({str(row[0]): str(row[1]) for row in connection.execute(text(query)) if row[0]})
    count = 0
    for key, content in files:
        count += 1
        known = next((owner for owned, owner in owners.items() if key.endswith(owned)), "")
        examination.take_file(f"stored {key}", content, "", known, key.rsplit("/", 1)[-1])
    return count


def take_index(examination: Examination, database: Database) -> int:
    """What an engine is fed, which is all that it can hold."""
    count = 0
    for document in read_all_documents(database):
        count += 1
        words = (*document.titles.values(), *document.descriptions.values(), *document.keywords.values())
        names = (*document.publisher_names.values(), *document.theme_names.values(), document.columns)
        for word in (*words, *names, *(code for codes in document.facets.values() for code in codes)):
            examination.take_text("document of the index", word, document.id)
    return count


def take_log(examination: Examination, where: str, log: str) -> int:
    """Every word of a log; how many lines. Lines of JSON are looked at by value, which is the same for many of them."""
    lines = log.splitlines()
    for number, line in enumerate(lines, 1):
        value = json.loads(line) if line.startswith("{") and line.endswith("}") else line
        said = json_texts({k: v for k, v in value.items() if k not in _OWN_KEYS}) if isinstance(value, dict) else [line]
        for one in said:
            examination.take_text(f"{where} line {number}", one)
    return len(lines)


def own_texts(parts: Parts) -> frozenset[str]:
    """What a portal says that holds no dataset: none of it is data. `parts`: of an empty one."""
    taken = Examination()
    for served in crawl(InProcess(create_app(parts).test_client())):
        taken.take(served)
    return frozenset(taken.lines())
