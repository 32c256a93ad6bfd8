"""The platform's catalogue as it answers: entries as JSON, rows by number, files by id. Edits lie over the content."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from .files import file_bytes
from .shapes import Attachment, Column, Resource

Entry = dict[str, Any]


class Edits:
    """What the control interface changed about one resource."""

    def __init__(self) -> None:
        self.fields: Entry = {}
        self.items: dict[str, Entry] = {}
        self.cells: dict[tuple[int, str], str | None] = {}
        self.rows: int | None = None
        self.dropped_columns: set[str] = set()
        self.added_columns: list[str] = []
        self.touched = 0
        self.is_removed = False


class Catalogue:
    """All resources with the edits over them. Safe for threads: edits swap in whole."""

    def __init__(self, resources: tuple[Resource, ...]) -> None:
        self._resources = {resource.id: resource for resource in resources}
        self._edits: dict[str, Edits] = {}
        self._lock = threading.RLock()
        self._entries: dict[str, bytes] = {}
        self._order: tuple[str, ...] | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Listed resources in their stable order."""
        with self._lock:
            if self._order is None:
                self._order = tuple(i for i in self._resources if not self.edits(i).is_removed)
            return self._order

    def edits(self, resource_id: str) -> Edits:
        return self._edits.get(resource_id, _NOTHING)

    def edit(self, resource_id: str) -> Edits:
        """The edits of a resource, to be changed; its cached entry is forgotten."""
        with self._lock:
            self.resource(resource_id)
            self._entries.pop(resource_id, None)
            self._order = None
            return self._edits.setdefault(resource_id, Edits())

    def reset(self) -> None:
        with self._lock:
            self._edits.clear()
            self._entries.clear()
            self._order = None

    def resource(self, resource_id: str) -> Resource:
        """Raises KeyError."""
        return self._resources[resource_id]

    def find(self, resource_id: str) -> Resource | None:
        """A resource that is listed, or None."""
        found = self._resources.get(resource_id)
        return None if found is None or self.edits(resource_id).is_removed else found

    def entry_json(self, resource_id: str) -> bytes:
        with self._lock:
            found = self._entries.get(resource_id)
            if found is None:
                found = json.dumps(self.entry(resource_id), ensure_ascii=False, separators=(",", ":")).encode()
                self._entries[resource_id] = found
            return found

    def entry(self, resource_id: str) -> Entry:
        """The catalogue entry, edits applied."""
        resource, edits = self.resource(resource_id), self.edits(resource_id)
        entry = _entry(resource)
        entry["items"] = [
            item | edits.items.get(item["name"], {})
            for item in entry["items"]
            if item["name"] not in edits.dropped_columns
        ]
        updated = _later(resource.updated, edits.touched)
        entry["dataUpdateTime"] = updated
        if resource.rows:
            entry["tables"][0]["rowCount"] = self.row_count(resource_id)
        for file in entry["files"]:
            content = self.file(resource_id, file["fileId"])[1]
            file |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "updateTime": updated}
        return entry | edits.fields

    def row_count(self, resource_id: str) -> int:
        rows = self.edits(resource_id).rows
        return self.resource(resource_id).rows if rows is None else rows

    def columns(self, resource_id: str) -> tuple[Column, ...]:
        dropped = self.edits(resource_id).dropped_columns
        return tuple(c for c in self.resource(resource_id).columns if c.name not in dropped)

    def delivered_names(self, resource_id: str) -> list[str]:
        return [c.name for c in self.columns(resource_id)] + self.edits(resource_id).added_columns

    def rows_json(self, resource_id: str, start: int, stop: int) -> str:
        """Rows `start` … `stop` (0-based, end excluded) as a JSON list of lists."""
        resource, edits = self.resource(resource_id), self.edits(resource_id)
        if resource.fast_rows and not (edits.cells or edits.dropped_columns or edits.added_columns):
            return resource.fast_rows(start, stop, edits.touched)
        rows = list(self.rows(resource_id, start, stop))
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))

    def rows(self, resource_id: str, start: int, stop: int) -> Iterator[list[str | None]]:
        """Cells of rows; planted cells win. A touch changes the last cell of row 0."""
        edits = self.edits(resource_id)
        columns = self.columns(resource_id)
        names = self.delivered_names(resource_id)
        for i in range(start, stop):
            row: list[str | None] = [column.make(i) for column in columns]
            row += [f"新增{i}" for _ in edits.added_columns]
            if i == 0 and edits.touched:
                row[-1] = f"{row[-1] or ''}（更正{edits.touched}）" if not _is_number(row[-1]) else str(edits.touched)
            if edits.cells:
                row = [edits.cells.get((i, name), cell) for name, cell in zip(names, row, strict=True)]
            yield row

    def file(self, resource_id: str, file_id: str) -> tuple[Attachment, bytes]:
        """An attachment and its content. Raises KeyError."""
        resource = self.resource(resource_id)
        attachment = next((file for file in resource.files if file.file_id == file_id), None)
        if attachment is None:
            raise KeyError(file_id)
        return attachment, _content(self, resource_id, attachment, self.edits(resource_id).touched)


@lru_cache(maxsize=200)
def _cached(title: str, kind: str, names: tuple[str, ...], rows: tuple[tuple[str | None, ...], ...]) -> bytes:
    return file_bytes(kind, title, names, rows)


def _content(catalogue: Catalogue, resource_id: str, attachment: Attachment, touched: int) -> bytes:
    resource = catalogue.resource(resource_id)
    count = attachment.rows if attachment.rows is not None else min(resource.rows or 200, 5000)
    tabular = attachment.kind in {"csv-gbk", "csv-utf8", "xlsx"}
    rows = tuple(tuple(row) for row in catalogue.rows(resource_id, 0, count)) if tabular else ()
    title = attachment.name if not touched else f"{attachment.name}（第{touched + 1}次更新）"
    return _cached(title, attachment.kind, tuple(catalogue.delivered_names(resource_id)), rows)


def _entry(resource: Resource) -> Entry:
    department = resource.department
    entry: Entry = {
        "resourceId": resource.id,
        "resourceCode": f"3801{department.code}/{resource.id.rpartition('-')[2]}",
        "name": resource.name,
        "nameEn": resource.name_en,
        "abstract": resource.abstract,
        "abstractEn": resource.abstract_en,
        "department": {"code": department.code, "name": department.name, "nameEn": department.name_en},
        "themes": [resource.theme],
        "keywords": list(resource.keywords),
        "keywordsEn": list(resource.keywords_en),
        "updateCycle": resource.cycle,
        "shareAttr": resource.share_attr,
        "openAttr": resource.open_attr,
        "openCondition": resource.open_condition,
        "secretFlag": resource.secret_flag,
        "dataGrade": resource.grade,
        "dataClass": resource.data_class,
        "ownerLevel": resource.level,
        "ownerOffice": resource.office,
        "approver": resource.approver,
        "openBasis": resource.basis,
        "licence": resource.licence,
        "createTime": resource.created,
        "updateTime": resource.updated,
        "items": [_item(column) for column in resource.columns if column.announced],
        "tables": [],
        "files": [],
    }
    if resource.rows:
        entry["tables"] = [
            {"tableId": "t1", "name": resource.name, "nameEn": resource.name_en, "rowCount": resource.rows}
        ]
    entry["files"] = [
        {
            "fileId": file.file_id,
            "name": file.name,
            "nameEn": file.name_en,
            "fileName": file.file_name,
            "format": file.kind.partition("-")[0].upper(),
        }
        for file in resource.files
    ]
    return entry


def _item(column: Column) -> Mapping[str, str]:
    return {
        "name": column.name,
        "title": column.name,
        "titleEn": column.title_en,
        "type": column.type_label,
        "desc": column.desc,
        "shareAttr": column.share_attr,
        "openAttr": column.open_attr,
        "secretFlag": column.secret_flag,
    }


def _later(instant: str, touched: int) -> str:
    """The update time after so many touches: a minute later each."""
    return f"{instant[:14]}{(int(instant[14:16]) + touched) % 60:02d}{instant[16:]}" + (
        f"#{touched // 60}" if touched >= 60 else ""
    )


def _is_number(text: str | None) -> bool:
    return bool(text) and str(text).replace(".", "", 1).replace("-", "", 1).isdigit()


_NOTHING = Edits()
