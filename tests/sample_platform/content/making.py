"""Short words for writing content: columns and resources with what most of them share."""

from collections.abc import Callable

from ..shapes import NOT_SECRET, OPEN, Attachment, Column, Make, Resource
from ..values import address, latitude, longitude, street
from .departments import BY_CODE

BASIS = "《公共数据开放管理办法》第十二条；示例区公共数据开放清单（2026年版）"
_UPDATED_DAYS = ("2026-11-19", "2026-11-12", "2026-10-30", "2026-09-15", "2026-07-01", "2026-03-20")


def text(
    name: str, make: Make, en: str = "", desc: str = "", *, open_attr: str = OPEN, secret_flag: str = NOT_SECRET
) -> Column:
    return Column(name, make, en, "字符型", desc, open_attr, secret_flag=secret_flag)


def number(name: str, make: Make, en: str = "", desc: str = "") -> Column:
    return Column(name, make, en, "数值型", desc)


def date(name: str, make: Make, en: str = "", desc: str = "") -> Column:
    return Column(name, make, en, "日期型", desc)


def place(salt: int, *, what: str = "地址") -> tuple[Column, ...]:
    """Street, address and coordinates of something public."""
    return (
        text("所属街镇", street(salt), "Subdistrict"),
        text(what, address(salt), "Address"),
        number("经度", longitude(salt), "Longitude", "CGCS2000，度"),
        number("纬度", latitude(salt), "Latitude", "CGCS2000，度"),
    )


def resource(  # noqa: PLR0917 - read as a line of a table
    code: str,
    serial: int,
    name: str,
    abstract: str,
    columns: tuple[Column, ...],
    rows: int,
    *,
    theme: str,
    cycle: str = "每年",
    office: str = "办公室",
    data_class: str = "公共服务类",
    en: tuple[str, str] = ("", ""),
    words: tuple[str, ...] = (),
    words_en: tuple[str, ...] = (),
    files: tuple[tuple[str, str], ...] = (),
    fast_rows: Callable[[int, int, int], str] | None = None,
    **changes: str,
) -> Resource:
    """A resource. `files`: (kind, file name); `changes` set further fields of `Resource`."""
    department = BY_CODE[code]
    updated = f"{_UPDATED_DAYS[serial % len(_UPDATED_DAYS)]}T{8 + serial % 10:02d}:30:00+08:00"
    values: dict[str, str] = {
        "approver": f"{department.name}公共数据审核岗",
        "basis": BASIS,
        "updated": updated,
    } | changes
    return Resource(
        id=f"{code}-{serial:04d}",
        department=department,
        name=name,
        name_en=en[0],
        abstract=abstract,
        abstract_en=en[1],
        theme=theme,
        cycle=cycle,
        columns=columns,
        rows=rows,
        office=f"{department.name}{office}",
        data_class=data_class,
        keywords=words,
        keywords_en=words_en,
        files=tuple(
            Attachment(f"f{index}", name if kind not in {"pdf", "txt"} else f"{name}说明", file_name, kind)
            for index, (kind, file_name) in enumerate(files, 1)
        ),
        fast_rows=fast_rows,
        **values,
    )
