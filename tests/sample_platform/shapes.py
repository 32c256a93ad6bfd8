"""What a resource of the platform is made of. Rows are computed from their number: nothing is stored."""

from collections.abc import Callable
from dataclasses import dataclass, field

Make = Callable[[int], "str | None"]

OPEN, CONDITIONAL, CLOSED = "1", "2", "3"
SHARED, SHARED_ON_CONDITION, NOT_SHARED = "1", "2", "3"
NOT_SECRET, SECRET = "0", "1"


@dataclass(frozen=True)
class Column:
    """A column and how its cell of row `i` (0-based) is made. `announced` False: delivered, but not in the catalogue."""

    name: str
    make: Make
    title_en: str = ""
    type_label: str = "字符型"
    desc: str = ""
    open_attr: str = OPEN
    share_attr: str = SHARED
    secret_flag: str = NOT_SECRET
    announced: bool = True


@dataclass(frozen=True)
class Attachment:
    """A file of a resource. `kind`: csv-gbk | csv-utf8 | xlsx | pdf | txt; tables hold the resource's own rows."""

    file_id: str
    name: str
    file_name: str
    kind: str
    name_en: str = ""
    rows: int | None = None


@dataclass(frozen=True)
class Department:
    """A department of the district."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Resource:
    """One catalogue entry. `rows` is the size of its table; 0 means that it has no table, only files."""

    id: str
    department: Department
    name: str
    abstract: str
    theme: str
    cycle: str
    columns: tuple[Column, ...]
    rows: int
    office: str
    approver: str
    basis: str
    data_class: str
    name_en: str = ""
    abstract_en: str = ""
    keywords: tuple[str, ...] = ()
    keywords_en: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    open_attr: str = OPEN
    open_condition: str = ""
    share_attr: str = SHARED
    secret_flag: str = NOT_SECRET
    grade: str = "一般数据"
    level: str = "区本级"
    licence: str = "公共数据开放利用许可"
    created: str = "2023-03-01T09:00:00+08:00"
    updated: str = "2026-10-12T09:30:00+08:00"
    fast_rows: Callable[[int, int, int], str] | None = field(default=None, compare=False)
