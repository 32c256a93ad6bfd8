"""A source's labels become a declaration, through the signed value mapping and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portal.gate.mapping import ValueMapping
from portal.kernel.declaration import Declaration, DeclaredColumn
from portal.kernel.vocab import DataClass, Openness


@dataclass(frozen=True, slots=True)
class ColumnLabels:
    """What a source says about one information item, in its own words; blank: nothing said."""

    name: str
    title: str = ""
    type_label: str = ""
    open_label: str = ""
    share_label: str = ""
    secret_label: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredLabels:
    """What a source says about one resource, in its own words; blank: nothing said. `publisher`: for people."""

    open_label: str = ""
    open_condition: str = ""
    share_label: str = ""
    secret_label: str = ""
    grade_label: str = ""
    class_label: str = ""
    level_label: str = ""
    owner: str = ""
    approver: str = ""
    basis: str = ""
    publisher: str = ""
    columns: tuple[ColumnLabels, ...] = ()


_SECRECY: Final[dict[str | None, bool]] = {"secret": True, "not_secret": False}


class _Labels:
    """Looks labels up and remembers those that the mapping does not know."""

    def __init__(self, mapping: ValueMapping) -> None:
        self._mapping = mapping
        self.unmapped: list[tuple[str, str]] = []

    def meaning(self, field: str, label: str, *, subject: str = "", is_blank_meant: bool = False) -> str | None:
        """The meaning of a label. `is_blank_meant`: a blank label without an entry means "nothing said"."""
        known = self._mapping.meaning(field, label)
        if known is None and (label.strip() or (self._mapping.has_table(field) and not is_blank_meant)):
            entry = (f"{subject}.{field}" if subject else field, label.strip())
            if entry not in self.unmapped:
                self.unmapped.append(entry)
        return known


def declare(mapping: ValueMapping, labels: DeclaredLabels) -> Declaration:
    """The declaration that these labels amount to under this mapping. Guesses nothing: what is unknown is listed."""
    found = _Labels(mapping)
    openness = _openness(found.meaning("open_label", labels.open_label, is_blank_meant=True))
    share = found.meaning("share_label", labels.share_label)
    secret = found.meaning("secret_label", labels.secret_label)
    grade = found.meaning("grade_label", labels.grade_label, is_blank_meant=True)
    level = found.meaning("level_label", labels.level_label)
    columns = tuple(_column(found, column) for column in labels.columns)
    defaults = mapping.defaults
    owner = labels.owner.strip() or (labels.publisher.strip() if mapping.owner_is_publisher else "")
    data_class = mapping.meaning("class_label", labels.class_label) or labels.class_label.strip()
    return Declaration(
        openness=openness,
        columns=columns,
        is_secret=_SECRECY.get(secret),
        grade=DataClass(grade) if grade else None,
        is_owned_by_higher_level=level == "higher",
        basis=labels.basis.strip() or defaults.get("basis", ""),
        owner=owner or defaults.get("owner", ""),
        approver=labels.approver.strip() or defaults.get("approver", ""),
        unmapped=tuple(found.unmapped),
        contradictions=_contradictions(labels, openness, share, columns),
        mapping_signed_by=mapping.signed_by,
        columns_follow_resource=mapping.columns_follow_resource,
        data_class=data_class or defaults.get("class", ""),
        drop_columns=mapping.drop_columns,
        column_actions=mapping.column_actions,
        allow_columns=mapping.allow_columns,
        row_ends=mapping.row_ends,
        drop_sensitive_columns=mapping.drop_sensitive_columns,
        links=mapping.links,
        open_condition=_condition(labels, openness, defaults),
        contacts=mapping.contacts,
        asks_for_two=mapping.four_eyes.asks(labels.grade_label),
    )


def _condition(labels: DeclaredLabels, openness: Openness | None, defaults: Mapping[str, str]) -> str:
    """The terms as stated, else those that the signed mapping has for whatever is open on application."""
    default = defaults.get("condition", "") if openness is Openness.CONDITIONAL else ""
    return labels.open_condition.strip() or default


def _openness(meaning: str | None) -> Openness | None:
    return Openness(meaning) if meaning else None


def _column(found: _Labels, labels: ColumnLabels) -> DeclaredColumn:
    """One column. A column that may not be shared is not open, whatever its open label says."""
    openness = _openness(found.meaning("open_label", labels.open_label, subject=labels.name, is_blank_meant=True))
    share = found.meaning("share_label", labels.share_label, subject=labels.name, is_blank_meant=True)
    secret = found.meaning("secret_label", labels.secret_label, subject=labels.name, is_blank_meant=True)
    if share == "not_shared" and openness is not None:
        openness = Openness.CLOSED
    return DeclaredColumn(
        name=labels.name,
        title=labels.title,
        type_label=labels.type_label,
        openness=openness,
        is_secret=_SECRECY.get(secret),
    )


def _contradictions(
    labels: DeclaredLabels, openness: Openness | None, share: str | None, columns: tuple[DeclaredColumn, ...]
) -> tuple[str, ...]:
    """Codes of statements that exclude each other."""
    found = []
    is_open = openness is Openness.UNCONDITIONAL
    if openness in (Openness.UNCONDITIONAL, Openness.CONDITIONAL) and share == "not_shared":
        found.append("open_but_not_shared")
    if is_open and labels.open_condition.strip():
        found.append("open_but_condition_stated")
    if openness is Openness.CLOSED and any(column.openness is Openness.UNCONDITIONAL for column in columns):
        found.append("closed_but_column_open")
    if any(column.is_secret and column.openness is Openness.UNCONDITIONAL for column in columns):
        found.append("column_open_but_secret")
    return tuple(found)
