"""What is not public lies in the quarantine alone: a withheld record as it was judged, sealed whole under its hash.

The database, which the web process can open where both share one file, holds the hash, and names and numbers for people.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harvesters.records import DatasetRecord
from portal.ingest.comparing.judging import Judged
from portal.ingest.record_json import record_from_json, record_to_json
from portal.ingest.staging import StagedPart, staged_from_json, staged_to_json
from portal.ingest.texts import title_of
from portal.kernel.ids import new_id
from portal.kernel.masking import masked
from portal.kernel.vocab import PartKind
from portal.storage import Quarantine


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a release needs to publish exactly what was held.

    `doubted`: tables that nobody can release; a person can say where their header is.
    """

    record: DatasetRecord
    staged: tuple[StagedPart, ...]
    raw_sha256: str
    data_stamp: str
    provenance: Mapping[str, Any]
    doubted: tuple[StagedPart, ...] = ()


def keep_withheld(quarantine: Quarantine, work_dir: Path, judged: Judged) -> str:
    """Keep a judged record and the bytes that a release would publish; the hash to find the record by."""
    for part in judged.staged:
        if part.sha256 and (path := work_dir / part.sha256).is_file():
            quarantine.keep(path)
    value = {
        "mapped": record_to_json(judged.record),
        "parts": [staged_to_json(part) for part in judged.staged],
        "doubted": [staged_to_json(part) for part in judged.doubted],
        "raw_sha256": judged.raw_sha256,
        "data_stamp": judged.data_stamp,
        "provenance": dict(judged.publication.provenance),
    }
    path = work_dir / f"{new_id()}.json"
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")
    try:
        return quarantine.keep(path)
    finally:
        path.unlink()


def open_withheld(quarantine: Quarantine, work_dir: Path, sha256: str) -> Withheld:
    """What was kept under this hash. Raises BlobNotFound and QuarantineError, and KeyError, TypeError or ValueError
    on what a program of another time wrote."""
    path = work_dir / f"{new_id()}.json"
    quarantine.restore(sha256, path)
    value = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
    path.unlink()
    return Withheld(
        record=record_from_json(value["mapped"]),
        staged=tuple(staged_from_json(part) for part in value["parts"]),
        raw_sha256=value["raw_sha256"],
        data_stamp=value["data_stamp"],
        provenance=value["provenance"],
        doubted=tuple(staged_from_json(part) for part in value.get("doubted", ())),
    )


def tables_of(staged: Sequence[StagedPart]) -> list[list[Any]]:
    """[slug, rows, names of the columns] of every table that a release would publish."""
    return [
        [part.slug, part.row_count, [column.name for column in part.schema.columns]]
        for part in staged
        if part.kind is PartKind.TABLE and part.schema
    ]


def withheld_title(judged: Judged) -> str:
    """What to call a withheld record in reports; its id where the title itself is why it is withheld."""
    if any(r.code.startswith("found_") and r.subject.startswith("title") for r in judged.verdict.reasons):
        return judged.record.id
    return masked(title_of(judged.record))
