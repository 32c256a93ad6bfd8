"""A source's value mapping: what its labels mean here. Worth nothing until a person has signed exactly this text.

Numeric codes mean opposite things on different platforms (`1` is open on one and closed on the next), so no label is
ever guessed: a table entry per label, or the record is held. Format of the document: `docs/gate.md`.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from portal.gate.orders import MappingInvalid, parse_orders
from portal.gate.permissions import parse_contacts, parse_permissions
from portal.kernel.columns import ColumnOrder
from portal.kernel.coordinate_systems import system_of
from portal.kernel.declaration import ColumnPermission, RowEnds
from portal.kernel.digests import value_digest
from portal.kernel.vocab import DataClass, Openness, UpdateCycle

_MEANINGS: Final[dict[str, frozenset[str]]] = {
    "open_label": frozenset(Openness),
    "share_label": frozenset({"shared", "conditional", "not_shared"}),
    "grade_label": frozenset(DataClass),
    "level_label": frozenset({"own", "higher"}),
    "update_cycle_label": frozenset(UpdateCycle),
}
_FREE_TEXT: Final = frozenset({"class_label", "theme_labels", "licence_label"})
_FIELDS: Final = frozenset(_MEANINGS) | _FREE_TEXT | {"secret_label"}
DEFAULTS: Final = ("owner", "approver", "basis", "class", "condition")
_KEYS: Final = frozenset(
    {
        "fields",
        "defaults",
        "owner_is_publisher",
        "columns_follow_resource",
        "drop_columns",
        "drop_sensitive_columns",
        "column_actions",
        "allow_columns",
        "row_ends",
        "links",
        "particulars",
        "coordinate_system",
        "four_eyes",
        "note",
    }
)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed which text when: `digest` is that of the document signed, `signed_at` ISO 8601."""

    name: str
    signed_at: str
    digest: str


def folded(label: str) -> str:
    """A label as it is compared: NFKC, surrounding white space off, case folded."""
    return unicodedata.normalize("NFKC", label).strip().casefold()


@dataclass(frozen=True, slots=True)
class FourEyes:
    """Which resources two people release: those with one of these (folded) grade labels, or every one."""

    grade_labels: frozenset[str] = frozenset()
    is_always: bool = False

    def asks(self, grade_label: str) -> bool:
        """Whether a resource with this grade label is released by two people."""
        return self.is_always or folded(grade_label) in self.grade_labels


@dataclass(frozen=True, slots=True)
class ValueMapping:
    """Label tables (field → folded label → meaning) and the orders that go with them. Make it with `parse`."""

    digest: str
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    owner_is_publisher: bool = False
    columns_follow_resource: bool = False
    drop_columns: tuple[str, ...] = ()
    drop_sensitive_columns: bool = False
    column_actions: tuple[tuple[str, ColumnOrder], ...] = ()
    allow_columns: tuple[ColumnPermission, ...] = ()
    row_ends: RowEnds | None = None
    links: Literal["hold", "metadata"] = "hold"
    has_particulars: bool = False
    contacts: ColumnPermission | None = None
    coordinate_system: str = ""
    four_eyes: FourEyes = FourEyes()
    signed_by: str | None = None

    @classmethod
    def parse(cls, document: Mapping[str, object], signature: Signature | None = None) -> "ValueMapping":
        """Read a mapping document. A signature of another text, or without a name or an instant, counts as none.

        Raises MappingInvalid naming the place.
        """
        unknown = sorted(set(document) - _KEYS)
        if unknown:
            raise MappingInvalid(f"Mapping: unknown key {unknown[0]!r}. Known keys: {', '.join(sorted(_KEYS))}.")
        digest = _digest(document)
        links = document.get("links", "hold")
        if links not in ("hold", "metadata"):
            raise MappingInvalid('Mapping, "links": write "hold" or "metadata".')
        tables = _tables(_object(document.get("fields", {}), "fields"))
        particulars = _object(document.get("particulars", {}), "particulars")
        return cls(
            digest=digest,
            tables=tables,
            defaults=_defaults(_texts(document.get("defaults", {}), "defaults")),
            owner_is_publisher=_flag(document, "owner_is_publisher"),
            columns_follow_resource=_flag(document, "columns_follow_resource"),
            drop_columns=_names(document.get("drop_columns", []), "drop_columns"),
            drop_sensitive_columns=_flag(document, "drop_sensitive_columns"),
            column_actions=parse_orders(document.get("column_actions", {})),
            allow_columns=parse_permissions(document.get("allow_columns", {})),
            row_ends=_row_ends(document.get("row_ends")),
            links="metadata" if links == "metadata" else "hold",
            has_particulars=_flag(particulars, "publish"),
            contacts=parse_contacts(particulars),
            coordinate_system=_system(document.get("coordinate_system", "")),
            four_eyes=_four_eyes(document.get("four_eyes", {}), tables.get("grade_label", {})),
            signed_by=_signer(signature, digest),
        )

    def has_table(self, field_name: str) -> bool:
        """Whether the mapping says anything about this field."""
        return field_name in self.tables

    def meaning(self, field_name: str, label: str) -> str | None:
        """What a label means, None if the mapping does not know it."""
        return self.tables.get(field_name, {}).get(folded(label))

    def theme(self, label: str) -> str | None:
        """Slug of the theme that a label stands for, None if unknown."""
        return self.meaning("theme_labels", label)

    def cycle(self, label: str) -> UpdateCycle:
        """The update cycle that a label stands for; `unknown` where the mapping does not know it."""
        return UpdateCycle(self.meaning("update_cycle_label", label) or UpdateCycle.UNKNOWN)

    def licence(self, label: str) -> str:
        """The licence that a label stands for, the label itself where the mapping does not know it."""
        return self.meaning("licence_label", label) or label.strip()


def _digest(document: Mapping[str, object]) -> str:
    try:
        return value_digest(dict(document))
    except (TypeError, ValueError) as error:
        raise MappingInvalid(f"Mapping: only JSON values are allowed ({error}).") from error


def _signer(signature: Signature | None, digest: str) -> str | None:
    if signature is None or signature.digest != digest:
        return None
    if not signature.name.strip() or not signature.signed_at.strip():
        return None
    return signature.name.strip()


def _object(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise MappingInvalid(f'Mapping, "{place}": an object is needed here.')
    return value


def _texts(value: object, place: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, text in _object(value, place).items():
        if not isinstance(text, str):
            raise MappingInvalid(f'Mapping, "{place}", "{key}": a text is needed here.')
        texts[key] = text
    return texts


def _names(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) and name.strip() for name in value):
        raise MappingInvalid(f'Mapping, "{place}": a list of column names is needed here.')
    return tuple(str(name) for name in value)


def _flag(document: Mapping[str, object], key: str) -> bool:
    value = document.get(key, False)
    if not isinstance(value, bool):
        raise MappingInvalid(f'Mapping, "{key}": write true or false.')
    return value


def _row_ends(value: object) -> RowEnds | None:
    """The name of a column, or an object with `column`, `blank` (`forever` or `hold`) and `forever` (words)."""
    if value is None:
        return None
    document: Mapping[str, object] = {"column": value} if isinstance(value, str) else _object(value, "row_ends")
    column, blank = document.get("column"), document.get("blank", "hold")
    if set(document) - {"column", "blank", "forever"} or not isinstance(column, str) or not column.strip():
        raise MappingInvalid(
            'Mapping, "row_ends": write {"column": name, "blank": "forever" or "hold", "forever": [words]}.'
        )
    if blank not in ("forever", "hold"):
        raise MappingInvalid('Mapping, "row_ends", "blank": write "forever" or "hold".')
    return RowEnds(column, blank == "forever", _names(document.get("forever", []), "row_ends.forever"))


def _four_eyes(value: object, grades: Mapping[str, str]) -> FourEyes:
    """An object with `grade_labels`, each of them in the table of `grade_label`, and `always`."""
    document = _object(value, "four_eyes")
    labels, always = document.get("grade_labels", []), document.get("always", False)
    is_list = isinstance(labels, list | tuple) and all(isinstance(label, str) for label in labels)
    if set(document) - {"grade_labels", "always"} or not is_list or not isinstance(always, bool):
        raise MappingInvalid(
            'Mapping, "four_eyes": write {"grade_labels": [labels of grades], "always": true or false}.'
        )
    given = [str(label) for label in labels] if isinstance(labels, list | tuple) else []
    for label in given:
        if folded(label) not in grades:
            raise MappingInvalid(
                f'Mapping, "four_eyes": the label {label!r} is not in "fields.grade_label"; write it as it stands there.'
            )
    return FourEyes(frozenset(folded(label) for label in given), always)


def _system(value: object) -> str:
    """The coordinate system of the source's layers, empty when nothing is said."""
    if value == "" or (isinstance(value, str) and system_of(value)):
        return str(value)
    raise MappingInvalid(
        'Mapping, "coordinate_system": write "wgs84", "cgcs2000", "gcj02", "local" or "EPSG:" and a number.'
    )


def _defaults(texts: dict[str, str]) -> dict[str, str]:
    unknown = sorted(set(texts).difference(DEFAULTS))
    if unknown:
        known = ", ".join(sorted(DEFAULTS))
        raise MappingInvalid(f'Mapping, "defaults": unknown key {unknown[0]!r}. Known keys: {known}.')
    return {key: text.strip() for key, text in texts.items() if text.strip()}


def _tables(fields: Mapping[str, object]) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for name, entries in fields.items():
        if name not in _FIELDS:
            raise MappingInvalid(f'Mapping, "fields": unknown field {name!r}. Known: {", ".join(sorted(_FIELDS))}.')
        table: dict[str, str] = {}
        for label, value in _object(entries, f"fields.{name}").items():
            meaning = _meaning(name, label, value)
            if table.setdefault(folded(label), meaning) != meaning:
                raise MappingInvalid(f'Mapping, "fields.{name}": the label {label!r} is there twice with two meanings.')
        tables[name] = table
    return tables


def _meaning(name: str, label: str, value: object) -> str:
    if name == "secret_label":
        if not isinstance(value, bool):
            raise MappingInvalid(f'Mapping, "fields.secret_label", "{label}": write true (secret) or false.')
        return "secret" if value else "not_secret"
    if not isinstance(value, str):
        raise MappingInvalid(f'Mapping, "fields.{name}", "{label}": a text is needed here.')
    if name in _MEANINGS and value not in _MEANINGS[name]:
        allowed = ", ".join(sorted(_MEANINGS[name]))
        raise MappingInvalid(f'Mapping, "fields.{name}", "{label}": {value!r} is none of {allowed}.')
    return value
