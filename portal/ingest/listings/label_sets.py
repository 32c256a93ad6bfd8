"""Which labels a listing uses, and whether the signed mapping knows them all before anything is changed.

A workbook is filled in by hand: a column that slipped, a new word, another spelling say something about every row, not
about one. So a source that asks for it (`hold_on_unknown_labels`, the default of workbooks) is held as a whole while a
deciding label is not signed; closings act, and what is published stays. Decision 0013 says why not every kind.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy.orm import Session

from harvesters.errors import StopRun
from harvesters.records import DatasetRecord, RawRecord
from portal.gate import ColumnLabels, DeclaredLabels, Reason, ValueMapping, declare
from portal.ingest.harvest import Harvest
from portal.ingest.models import SourceLabels
from portal.kernel.masking import masked

NOT_SIGNED: Final = "labels_not_signed"
OF_RESOURCES: Final = ("open_label", "share_label", "secret_label", "grade_label", "level_label")
OF_COLUMNS: Final = ("open_label", "share_label", "secret_label")
DESCRIBING: Final = ("update_cycle_label", "class_label", "theme_labels", "licence_label")
COLUMNS: Final = "columns."
_MOST_LABELS = 1_000
_LONGEST_LABEL = 200
_TOO_MANY = "(more than 1,000 different labels)"
_NAMED = 5


Labels = Mapping[str, Mapping[str, int]]


def labels_of(record: DatasetRecord) -> dict[str, Counter[str]]:
    """Field → label → how often in one mapped record."""
    counts: dict[str, Counter[str]] = {name: Counter([getattr(record, name).strip()]) for name in OF_RESOURCES}
    for name in OF_COLUMNS if record.fields else ():
        counts[COLUMNS + name] = Counter(getattr(item, name).strip() for item in record.fields)
    for name in DESCRIBING:
        value = getattr(record, name)
        counts[name] = Counter(label.strip() for label in ((value,) if isinstance(value, str) else value))
    return counts


def kept_labels(record: DatasetRecord) -> dict[str, dict[str, int]] | None:
    """The same, to be kept with the record while it does not change. None where a cell slipped here that is no label: such
    a record is mapped again each time, for nothing of it is to be kept."""
    counts = labels_of(record)
    labels = {label for found in counts.values() for label in found}
    if len(labels) > _MOST_LABELS or any(masked(label[:_LONGEST_LABEL]) != label for label in labels):
        return None
    return {name: dict(found) for name, found in counts.items() if found}


@dataclass(slots=True)
class LabelSets:
    """Field → label → how often. Fields of columns are counted under `columns.open_label` and the like."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, labels: Labels) -> None:
        """Count the labels of a record."""
        for name, found in labels.items():
            counts = self.counts.setdefault(name, Counter())
            for label, count in found.items():
                counts[label if label in counts or len(counts) < _MOST_LABELS else _TOO_MANY] += count

    def add_raw(self, harvest: Harvest, records: Iterable[RawRecord]) -> None:
        """Count the labels of entries; one that cannot be mapped says nothing."""
        for raw in records:
            if raw.problem or not raw.id:
                continue
            try:
                self.add(labels_of(harvest.harvester.map_record(raw)))
            except Exception:  # noqa: S112 - what is wrong with it is told when the record itself is dealt with
                continue

    def unknown(self, mapping: ValueMapping) -> tuple[tuple[str, str], ...]:
        """(field, label) of deciding labels that the mapping has no meaning for, by the gate's own rule."""
        found = [
            (name, label)
            for name in OF_RESOURCES
            for label in self.counts.get(name, ())
            if _unmapped(mapping, name, label)
        ]
        for name in OF_COLUMNS:
            labels = self.counts.get(COLUMNS + name, ())
            found += [(COLUMNS + name, label) for label in labels if _unmapped_in_column(mapping, name, label)]
        return tuple(sorted(found))


def _unmapped(mapping: ValueMapping, name: str, label: str) -> bool:
    labels = DeclaredLabels(
        open_label=label if name == "open_label" else "",
        share_label=label if name == "share_label" else "",
        secret_label=label if name == "secret_label" else "",
        grade_label=label if name == "grade_label" else "",
        level_label=label if name == "level_label" else "",
    )
    return label == _TOO_MANY or any(of == name for of, _ in declare(mapping, labels).unmapped)


def _unmapped_in_column(mapping: ValueMapping, name: str, label: str) -> bool:
    column = replace(ColumnLabels("x"), **{name: label})
    found = declare(mapping, DeclaredLabels(columns=(column,))).unmapped
    return label == _TOO_MANY or any(of == f"x.{name}" for of, _ in found)


def hold_unknown(harvest: Harvest) -> Harvest:
    """Read the listing once for its labels alone, where the source asks for it; the harvest, held if it must be.

    A listing that ends early is told when it is read for its records; `held_for` looks at those pages again.
    """
    sets = LabelSets()
    if harvest.source.holds_on_labels:
        with suppress(StopRun):
            for page in harvest.harvester.list_records():
                sets.add_raw(harvest, page.records)
    return held_for(harvest, sets)


def held_for(harvest: Harvest, sets: LabelSets) -> Harvest:
    """The harvest with the one reason that holds all that changed, if there is one."""
    if harvest.label_hold or not harvest.source.holds_on_labels:
        return harvest
    unknown = sets.unknown(harvest.mapping)
    if not unknown:
        return harvest
    told = "; ".join(f"{name}: {masked(label[:60]) or '(blank)'}" for name, label in unknown[:_NAMED])
    return replace(harvest, label_hold=Reason(NOT_SIGNED, "hold", told, len(unknown)))


def keep_labels(session: Session, harvest: Harvest, sets: LabelSets) -> None:
    """What `portal source mapping show` shows: the labels of the last whole listing. Cells that slipped here are masked."""
    kept: dict[str, dict[str, int]] = {}
    for name, counts in sets.counts.items():
        labels = kept.setdefault(name, {})
        for label, count in counts.items():
            shown = masked(label[:_LONGEST_LABEL])
            labels[shown] = labels.get(shown, 0) + count
    row = session.get(SourceLabels, harvest.source.name) or SourceLabels(source_name=harvest.source.name)
    row.run_id, row.labels, row.seen_at = harvest.run_id, kept, harvest.now()
    row.unknown = [[name, masked(label[:_LONGEST_LABEL])] for name, label in sets.unknown(harvest.mapping)]
    session.add(row)
    session.flush()
