"""The public state of datasets as plain values, to be carried to another instance and written there as it stands.

Only what the public may see is carried: `CARRIED` names each column, and a test holds it against the models, so that a
new column is either carried on purpose or stays. Reasons of verdicts, names of staff and curators' drafts stay inside.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, delete, insert, select, update
from sqlalchemy.orm import Session

from portal.catalogue.errors import DigestMismatch
from portal.catalogue.models import Dataset, DatasetTheme, DatasetWording, DepartmentCoverage, Publisher
from portal.catalogue.themes import ensure_themes
from portal.catalogue.versions import Tombstone, Verdict, Version, VersionPart
from portal.catalogue.withdrawal import redact_versions
from portal.db import Base, UtcDateTime, table_of
from portal.db.locks import lock
from portal.gate import Admitted
from portal.kernel.vocab import DatasetState

State = dict[str, Any]

CARRIED: Mapping[type[Base], tuple[str, ...]] = {
    Publisher: ("id", "slug", "source_name", "names", "descriptions"),
    Dataset: (
        "id", "source_key", "name", "resource_code", "particulars", "publisher_id", "state", "openness", "open_condition",
        "update_cycle", "licence", "owner", "approver", "basis", "data_class", "grade", "current_version", "created_at",
        "issued_at", "modified_at", "withdrawn_at", "withdrawn_reason",
    ),
    DatasetTheme: ("dataset_id", "theme_slug"),
    DatasetWording: ("dataset_id", "field", "language", "value", "origin", "translated_from"),
    Verdict: ("id", "source_key", "data_digest", "page_digest", "outcome", "gate_version", "judged_at"),
    Version: (
        "dataset_id", "number", "data_digest", "page_digest", "verdict_id", "verdict_outcome", "openness", "provenance",
        "row_count", "table_count", "published_at", "data_modified_at", "redacted_at", "rows_end_at",
    ),
    VersionPart: (
        "dataset_id", "version_number", "slug", "position", "kind", "names", "format", "media_type", "url", "languages",
        "schema", "preview", "row_count", "size_bytes", "sha256", "blob_key", "original_blob_key", "original_format",
        "original_sha256", "original_size_bytes", "quality", "particulars",
    ),
    Tombstone: ("id", "dataset_id", "version_number", "data_digest", "checksums", "reason", "buried_at"),
    DepartmentCoverage: ("department", "names", "resources", "open_resources", "counted_at"),
}  # fmt: skip
KEPT: Mapping[type[Base], tuple[str, ...]] = {
    Publisher: ("dataset_count", "table_count", "row_count"),
    Dataset: (
        "cut_asked_at",
        "rows_withdrawn",
        "stays_withdrawn",
        "popularity",
        "revision",
        "indexed_revision",
        "announced_revision",
        "announced_version",
        "stamped_at",
    ),
    DatasetWording: ("field_owner", "pending", "draft", "draft_translated_from", "edited_by", "edited_at"),
    Verdict: ("reasons", "release_id"),
    VersionPart: ("profile", "row_ends"),
    Tombstone: ("actor",),
}
_CARRIER = "carried"


def read_states(session: Session, dataset_ids: Sequence[str]) -> list[State]:
    """The states of these datasets, in the order of their ids; seven statements whatever their number."""
    rows = {model: _rows(session, model, dataset_ids) for model in (DatasetTheme, DatasetWording, Version, Tombstone)}
    parts = _grouped(_rows(session, VersionPart, dataset_ids), "dataset_id")
    datasets = _rows(session, Dataset, dataset_ids, key="id")
    publishers = {
        row["id"]: row for row in _rows(session, Publisher, [row["publisher_id"] for row in datasets], key="id")
    }
    verdicts = {row["id"]: row for row in _rows(session, Verdict, [v["verdict_id"] for v in rows[Version]], key="id")}
    grouped = {model: _grouped(found, "dataset_id") for model, found in rows.items()}
    return [
        {
            "dataset": dataset,
            "publisher": publishers[dataset["publisher_id"]],
            "themes": grouped[DatasetTheme].get(dataset["id"], []),
            "wordings": grouped[DatasetWording].get(dataset["id"], []),
            "versions": [
                {"version": version, "verdict": verdicts[version["verdict_id"]]}
                for version in grouped[Version].get(dataset["id"], [])
            ],
            "parts": parts.get(dataset["id"], []),
            "tombstones": grouped[Tombstone].get(dataset["id"], []),
        }
        for dataset in sorted(datasets, key=lambda row: str(row["id"]))
    ]


def write_state(session: Session, state: State, admitted: Mapping[int, Admitted], now: datetime) -> None:
    """Make a dataset here what it is in `state`: new versions are added, redacted ones lose their content here too.

    `admitted`: version number → the gate's admission of exactly that version. Raises DigestMismatch. The caller makes
    the counts anew afterwards, and has put the blobs before.
    """
    dataset_id = state["dataset"]["id"]
    lock(session, f"dataset {dataset_id}")
    if session.scalar(select(Dataset.stays_withdrawn).where(Dataset.id == dataset_id)):
        return  # a person withdrew it here, after an objection: what is carried does not bring it back
    _write(session, Publisher, state["publisher"], key=("id",))
    _write_dataset(session, state, now)
    known = dict(
        session.execute(select(Version.number, Version.redacted_at).where(Version.dataset_id == dataset_id)).all()
    )
    buried = {row["version_number"]: row["reason"] for row in state["tombstones"]}
    for entry in state["versions"]:
        version = entry["version"]
        number = version["number"]
        if number not in known:
            _add_version(session, state, entry, admitted.get(number))
        elif version["redacted_at"] and known[number] is None:
            reason = buried.get(number, "redacted")
            redact_versions(session, dataset_id, (number,), reason=reason, actor=_CARRIER, now=now)
    _write_tombstones(session, state)


def _write_dataset(session: Session, state: State, now: datetime) -> None:
    dataset = state["dataset"]
    shown = select(Dataset.state, Dataset.current_version).where(Dataset.id == dataset["id"])
    before = session.execute(shown).one_or_none()
    _write(session, Dataset, dataset, key=("id",))
    values: dict[str, Any] = {} if before is None else {"revision": Dataset.revision + 1}
    if before is None or tuple(before) != (dataset["state"], dataset["current_version"]):
        values["stamped_at"] = now  # the public here learns it now, whenever it was published inside
    if values:
        changed = update(Dataset).where(Dataset.id == dataset["id"]).values(values)
        session.execute(changed, execution_options={"synchronize_session": False})
    ensure_themes(session)
    for model, rows in ((DatasetTheme, state["themes"]), (DatasetWording, state["wordings"])):
        table = table_of(model)
        session.execute(delete(table).where(table.c.dataset_id == dataset["id"]))
        if rows:
            session.execute(insert(table), [_loaded(model, row) for row in rows])


def _add_version(session: Session, state: State, entry: State, admitted: Admitted | None) -> None:
    version, verdict = entry["version"], entry["verdict"]
    digests = version["data_digest"], version["page_digest"]
    is_same = (verdict["data_digest"], verdict["page_digest"]) == digests and verdict["id"] == version["verdict_id"]
    if admitted is None or not is_same or (admitted.data_digest, admitted.page_digest) != digests:
        raise DigestMismatch(f"Version {version['number']} of {version['dataset_id']} was not admitted by the gate.")
    if session.get(Verdict, verdict["id"]) is None:
        session.execute(insert(table_of(Verdict)), _loaded(Verdict, verdict) | {"reasons": []})
    session.execute(insert(table_of(Version)), _loaded(Version, version))
    parts = [part for part in state["parts"] if part["version_number"] == version["number"]]
    if parts:
        session.execute(insert(table_of(VersionPart)), [_loaded(VersionPart, part) for part in parts])


def _write_tombstones(session: Session, state: State) -> None:
    """Tombstones that are not here; a version that was redacted here has its own already."""
    dataset_id = state["dataset"]["id"]
    here = session.execute(
        select(Tombstone.id, Tombstone.version_number).where(Tombstone.dataset_id == dataset_id)
    ).all()
    ids, numbers = {row.id for row in here}, {row.version_number for row in here if row.version_number is not None}
    rows = [
        _loaded(Tombstone, row) | {"actor": _CARRIER}
        for row in state["tombstones"]
        if row["id"] not in ids and row["version_number"] not in numbers
    ]
    if rows:
        session.execute(insert(table_of(Tombstone)), rows)


def read_coverage(session: Session) -> list[State]:
    """What the page about coverage shows: numbers of departments, few enough to be carried whole every time."""
    table, names = table_of(DepartmentCoverage), CARRIED[DepartmentCoverage]
    rows = session.execute(select(*(table.c[name] for name in names)).order_by(table.c.department))
    return [{name: _dumped(value) for name, value in zip(names, row, strict=True)} for row in rows]


def write_coverage(session: Session, coverage: list[State]) -> None:
    """Put the carried numbers in the place of those here."""
    session.execute(delete(table_of(DepartmentCoverage)))
    if coverage:
        session.execute(insert(table_of(DepartmentCoverage)), [_loaded(DepartmentCoverage, row) for row in coverage])


def withdraw_absent(session: Session, present: frozenset[str]) -> tuple[str, ...]:
    """Datasets published here that a whole catalogue does not have."""
    published = session.scalars(select(Dataset.id).where(Dataset.state == DatasetState.PUBLISHED))
    return tuple(sorted(dataset_id for dataset_id in published if dataset_id not in present))


def _write(session: Session, model: type[Base], row: State, *, key: tuple[str, ...]) -> bool:
    """Insert or update one row by its key; whether it is new."""
    table = table_of(model)
    condition = [table.c[name] == row[name] for name in key]
    values = _loaded(model, row)
    if session.execute(select(table.c[key[0]]).where(*condition)).one_or_none() is None:
        session.execute(insert(table), values)
        return True
    session.execute(update(table).where(*condition), {n: v for n, v in values.items() if n not in key})
    return False


def _rows(session: Session, model: type[Base], keys: Sequence[str], *, key: str = "dataset_id") -> list[State]:
    table, names = table_of(model), CARRIED[model]
    statement = (
        select(*(table.c[name] for name in names)).where(table.c[key].in_(set(keys))).order_by(*table.primary_key)
    )
    return [
        {name: _dumped(value) for name, value in zip(names, row, strict=True)} for row in session.execute(statement)
    ]


def _grouped(rows: list[State], key: str) -> dict[str, list[State]]:
    groups: dict[str, list[State]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def _dumped(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _loaded(model: type[Base], row: State) -> State:
    """The row with instants and days again. Raises KeyError when a column is missing: another version wrote it."""
    table = table_of(model)
    values = {name: row[name] for name in CARRIED[model]}
    for name, value in values.items():
        if value is not None and isinstance(table.c[name].type, UtcDateTime):
            values[name] = datetime.fromisoformat(value)
        elif value is not None and isinstance(table.c[name].type, Date):
            values[name] = date.fromisoformat(value)
    return values
