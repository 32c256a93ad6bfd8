"""The portal, asked over HTTP as anybody asks it."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

from benchmarks.beside.asking import Asked, ask_address
from benchmarks.beside.questions import Question
from benchmarks.beside.table import COLUMNS, write_table
from portal.db.migrating import migrate
from portal.kernel.columns import Column, ColumnRule, TableSchema
from portal.kernel.digests import file_digest
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.settings import Settings
from portal.storage import blob_key
from portal.wiring import web_parts
from tests.builders import build_part, build_publication, publish
from tests.downloads.serving import waitress

_TYPES = {
    "编号": ColumnType.INTEGER, "数量": ColumnType.INTEGER, "金额": ColumnType.NUMBER, "日期": ColumnType.DATE,
    "是否": ColumnType.BOOLEAN,
}  # fmt: skip


@contextlib.contextmanager
def portal(rows: int, folder: Path) -> Iterator[Asked]:
    """The portal, served by waitress; published through the gate."""
    var_dir = folder / f"portal-{rows}"
    dataset_id = published(var_dir, rows, folder)
    with waitress(var_dir) as served:

        def ask(question: Question) -> float | None:
            query = urlencode(question.clauses, quote_via=quote)
            return ask_address(served.port, f"/api/v1/datasets/{dataset_id}/tables/data/rows?{query}")

        yield ask


def published(var_dir: Path, rows: int, folder: Path) -> str:
    """The id of a dataset with the table, published through the gate."""
    parts = web_parts(Settings(var_dir=var_dir))
    migrate(parts.database)
    path = write_table(rows, folder / "table.parquet")
    sha256 = file_digest(path)
    key = blob_key("tables", sha256, "parquet")
    parts.store.put_file(key, path)
    columns = tuple(Column(name, _TYPES.get(name, ColumnType.TEXT), Text.of(name), Text(), name) for name in COLUMNS)
    part = replace(
        build_part(0, parts.store, folder),
        rules=tuple(ColumnRule(name, ColumnAction.PUBLISH, "column_open") for name in COLUMNS),
        schema=TableSchema(columns),
        preview=(),
        row_count=rows,
        size_bytes=path.stat().st_size,
        sha256=sha256,
        blob_key=key,
    )
    with parts.database.transaction() as session:
        dataset_id = publish(session, build_publication(0, parts.store, folder, parts=(part,))).dataset_id
    parts.database.dispose()
    path.unlink()
    return dataset_id
