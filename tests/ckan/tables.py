"""Tables of a test's own, published through the gate, so that their rows can be asked for by resource id."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from portal.catalogue.publication import PublishedPart
from portal.ckan.resources import resource_id
from portal.kernel.columns import ColumnRule, TableSchema
from portal.kernel.digests import file_digest
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnAction, ColumnType, PartKind
from portal.storage import BlobStore, blob_key
from tests.builders import build_publication, publish
from tests.http.site import Site
from tests.tables.tables import Rows, write_source


def publish_table(
    site: Site, folder: Path, types: Mapping[str, ColumnType], rows: Rows, *, number: int, **changes: Any
) -> str:
    """Publish a dataset with this one table; the id of its resource."""
    folder.mkdir(parents=True, exist_ok=True)
    part = build_table(site.parts.store, folder / "source.parquet", types, rows)
    publication = build_publication(number, site.parts.store, folder, parts=(part,), **changes)
    with site.parts.database.transaction() as session:
        return resource_id(publish(session, publication).dataset_id, part.slug)


def build_table(
    store: BlobStore, path: Path, types: Mapping[str, ColumnType], rows: Rows, slug: str = "data"
) -> PublishedPart:
    """A stored table of these rows; the title of a column is its name."""
    columns = tuple(replace(column, title=Text.of(zh=column.name)) for column in write_source(path, types, rows))
    sha256 = file_digest(path)
    key = blob_key("tables", sha256, "parquet")
    store.put_file(key, path)
    return PublishedPart(
        slug=slug,
        kind=PartKind.TABLE,
        name=Text.of("数据表", "Table"),
        format="csv",
        media_type="application/vnd.apache.parquet",
        languages=("zh",),
        rules=tuple(ColumnRule(name, ColumnAction.PUBLISH, "column_open") for name in types),
        schema=TableSchema(columns),
        preview=(),
        row_count=len(rows),
        size_bytes=path.stat().st_size,
        sha256=sha256,
        blob_key=key,
    )
