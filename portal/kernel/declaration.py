"""What the providing department declared, after the source's signed value mapping was applied."""

from dataclasses import dataclass
from typing import Literal

from portal.kernel.columns import ColumnOrder
from portal.kernel.vocab import DataClass, Openness


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """One information item (信息项). `openness` None: nothing declared. `is_secret` None: nothing said.

    `title` is a second name under which files may deliver the column (field `xm`, heading `姓名`).
    """

    name: str
    type_label: str = ""
    openness: Openness | None = None
    is_secret: bool | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class ColumnPermission:
    """A signed permission: these content rules hold nothing in this column, because of `reason`, which is public."""

    name: str
    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class RowEnds:
    """The column that says until when a row is public (公示截止日期). On the day it names, the row is public no more.

    `is_blank_forever`: a row without a date stays; otherwise such rows hold the record. `forever`: words that mean the
    same (长期). A text that is neither a date nor one of them holds the record.
    """

    column: str
    is_blank_forever: bool = False
    forever: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """The department's decision about a whole resource.

    `unmapped` names labels (field → label) the signed mapping does not know: any entry holds the record.
    `contradictions` are codes of statements that exclude each other; any entry holds the record.
    `columns_follow_resource`: the signed mapping states that this source declares no columns and the decision about the
    resource covers them all; otherwise a column without a declaration is unannounced.
    `mapping_signed_by` None: the mapping is not signed; nothing can be admitted under it.
    `drop_columns`, `column_actions`, `drop_sensitive_columns` and `links` are the signed mapping's orders: columns by
    name that never leave, columns by name with another action, whether sensitive columns are dropped instead of holding
    the record, and whether links elsewhere may be published as metadata. `allow_columns` and `row_ends` too.
    `contacts`: rules that hold nothing in what the source says about whom to ask.
    `asks_for_two`: the signed mapping wants two people to release what is held of this resource.
    `open_condition`: the terms (开放条件) under which applicants get a conditional resource.
    """

    openness: Openness | None
    columns: tuple[DeclaredColumn, ...]
    is_secret: bool | None = None
    grade: DataClass | None = None
    is_owned_by_higher_level: bool = False
    basis: str = ""
    owner: str = ""
    approver: str = ""
    unmapped: tuple[tuple[str, str], ...] = ()
    contradictions: tuple[str, ...] = ()
    mapping_signed_by: str | None = None
    columns_follow_resource: bool = False
    data_class: str = ""
    drop_columns: tuple[str, ...] = ()
    column_actions: tuple[tuple[str, ColumnOrder], ...] = ()
    allow_columns: tuple[ColumnPermission, ...] = ()
    row_ends: RowEnds | None = None
    drop_sensitive_columns: bool = False
    links: Literal["hold", "metadata"] = "hold"
    contacts: ColumnPermission | None = None
    asks_for_two: bool = False
    open_condition: str = ""
