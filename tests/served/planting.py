"""Deliveries of four kinds of source with planted values in them, wherever something is dropped, held, refused or fails.

Each planted value is told apart from every other, so that one that is found says where it came from.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.gate.corpus import values
from tests.gate.corpus.disguises import DISGUISES
from tests.gate.corpus.kinds import KINDS, TEXT
from tests.gate.corpus.places import PLACES, Filling
from tests.gate.corpus.specimens import ROWS, clean_row
from tests.workbook.sheets import make_xlsx, resource

TABLES_MAPPING: dict[str, Any] = {
    "fields": {"open_label": {"1": "unconditional", "2": "closed"}, "grade_label": {"一般数据": "general"}},
    "columns_follow_resource": False,
}
BOOK_MAPPING: dict[str, Any] = {
    "fields": {
        "open_label": {"是": "unconditional", "否": "closed"},
        "share_label": {"无条件共享": "shared"},
        "grade_label": {"": "general"},
        "update_cycle_label": {"每年": "yearly"},
        "theme_labels": {"教育": "education"},
    },
    "defaults": {"owner": "某科", "approver": "某人", "basis": "示例办法", "class": "公共服务"},
}
_NTH_DISGUISE, _NTH_PLACE = 3, 8
_CHORES = "名称,地址,备注\n"


@dataclass
class Planted:
    """The values that were planted, by where; `secrets` are the portal's own, which nobody may read either."""

    values: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)  # a disguise of a value, as it was written

    def identity(self, where: str) -> str:
        """An identity number of nobody, for this place alone."""
        return self.values.setdefault(where, values.identity(Random(f"served {where}")))

    def mobile(self, where: str) -> str:
        return self.values.setdefault(where, values.mobile(Random(f"served {where}")))

    @property
    def traces(self) -> tuple[str, ...]:
        return tuple(sorted({*self.values.values(), *self.forms.values()}))

    def where(self, text: str) -> list[str]:
        """The places whose values are in a text: for a failure that says more than that there is one."""
        return sorted({place for known in (self.values, self.forms) for place, value in known.items() if value in text})


def fill_drop(root: Path, planted: Planted) -> int:
    """A drop with two clean files, disguised values in cells, and plain ones in every kind of place; how many records."""
    entries = [_entry(root, name, "清单.csv", _clean(name).encode()) for name in ("clean", "recalled")]
    for number, disguise in enumerate(DISGUISES[::_NTH_DISGUISE]):
        kind = KINDS[number % 4]
        rng = Random(f"served {disguise.name}")
        plant, rows = kind.make(rng), [clean_row(at, rng) for at in range(ROWS)]
        found = disguise.apply(plant.text, rng)
        if isinstance(found, str):
            rows[-1] |= dict(plant.beside) | {TEXT: plant.frame.replace("{}", found)}
            planted.values[f"cell {disguise.name}"], planted.forms[f"cell {disguise.name}"] = plant.text, found
            content = json.dumps(rows, ensure_ascii=False).encode()
            entries.append(_entry(root, f"cell {disguise.name}", "清单.json", content))
    for place in _places():
        words = f"持证人{planted.identity(place)}"
        delivery = PLACES[place](Filling(words, {TEXT: words}))
        entries.append(_entry(root, place, delivery.file_name, delivery.content))
    for place in ("title", "description", "id"):
        entries.append(_entry(root, f"page {place}", "清单.csv", b"a,b\n1,2\n3,4\n") | {place: planted.identity(place)})
    (root / "metadata.json").write_text(json.dumps({"datasets": entries}, ensure_ascii=False), encoding="utf-8")
    return len(entries)


def _places() -> Iterator[str]:
    in_files = [place for place in PLACES if not place.startswith(("page, ", "rows, "))]
    yield from in_files[::_NTH_PLACE]
    yield from (place for place in ("zip, comment", "csv, file name", "csv, column name") if place in in_files)


def _clean(name: str) -> str:
    return _CHORES + "".join(f"{name}第{n}便民点,区政府路{n}号,已启用\n" for n in range(30))


def _entry(root: Path, identifier: str, file_name: str, content: bytes) -> dict[str, object]:
    folder = root / identifier
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file_name).write_bytes(content)
    title = f"便民服务清单{identifier}"
    return {"id": identifier, "title": title, "files": [{"path": f"{identifier}/{file_name}", "name": "清单"}]}


def break_drop(root: Path, planted: Planted) -> None:
    """A drop that no run gets through: its list breaks off inside a planted value."""
    root.mkdir()
    (root / "metadata.json").write_text(f'{{"datasets": [{{"id": "{planted.identity("broken list")}', encoding="utf-8")


def fill_tables(path: Path, planted: Planted) -> list[dict[str, Any]]:
    """An exchange database with columns that are not open and rows that hold the table; the entries of its tables."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE jt_stop (n INTEGER PRIMARY KEY, name TEXT, tel TEXT, inner_note TEXT, seq INTEGER)"
        )
        connection.executemany("INSERT INTO jt_stop VALUES (?, ?, ?, ?, ?)", _stops(planted))
        connection.execute("CREATE TABLE sm_visit (n INTEGER PRIMARY KEY, note TEXT, seq INTEGER)")
        held = [(n, f"事项{n}", n) for n in range(40)]
        held[7] = (7, f"来访人{planted.identity('held row')}", 7)
        connection.executemany("INSERT INTO sm_visit VALUES (?, ?, ?)", held)
        connection.execute("CREATE TABLE wj_file (n INTEGER PRIMARY KEY, word TEXT, seq INTEGER)")
        connection.execute("INSERT INTO wj_file VALUES (1, CAST(X'FFFE80' AS TEXT), 1)")
    return [
        _table("jt_stop", "公交站点", ("n", "1"), ("name", "1"), ("tel", "2")),
        _table("sm_visit", "来访事项", ("n", "1"), ("note", "1")),
        _table("wj_file", "文件", ("n", "1"), ("word", "1")),
    ]


def _stops(planted: Planted) -> list[tuple[object, ...]]:
    return [
        (n, f"站点{n}", planted.mobile(f"closed column {n}"), planted.identity(f"unannounced column {n}"), n)
        for n in range(30)
    ]


def move_profile(path: Path, planted: Planted) -> None:
    """A column that held names holds numbers of people from now on."""
    with sqlite3.connect(path) as connection:
        moved = [(planted.identity(f"moved profile {n}"), 100 + n, n) for n in range(30)]
        connection.executemany("UPDATE jt_stop SET name = ?, seq = ? WHERE n = ?", moved)


def _table(name: str, title: str, *columns: tuple[str, str]) -> dict[str, Any]:
    return {
        "table": name, "title": title, "publisher": "交通运输局", "open": "1", "grade": "一般数据", "owner": "数据科",
        "approver": "王主任", "basis": "开放清单", "class": "交通",
        "columns": [{"name": name, "title": name, "open": is_open} for name, is_open in columns],
        "reading": {"sequence": "seq", "settle_s": 0, "overlap_numbers": 5},
    }  # fmt: skip


def fill_book(root: Path, planted: Planted) -> None:
    """A catalogue workbook whose cells hold numbers of people: titles, providers, items, notes, in open and closed ones."""
    (root / "数据").mkdir(parents=True)
    make_xlsx(
        root / "目录.xlsx",
        resource("230100/0001", "学校名录", ("名称", "C", "是"), ("班级数", "N", "是"), ("校长电话", "C", "否")),
        resource("230100/0002", f"名单{planted.identity('title of an open resource')}", ("名称", "C", "是")),
        resource("230100/0003", "内部名单", (planted.mobile("item of a closed resource"), "C", "否"),
                 provider=f"公安局（{planted.mobile('provider of a closed resource')}）", open_label="否"),
        resource("230100/0004", "停车场", (f"泊位{planted.mobile('item of an open resource')}", "C", "是"), provider="交通局"),
        resource(f"230100/{planted.identity('code')}", "公园", ("名称", "C", "是"), provider="园林局"),
        resource("230100/0006", "站点", ("名称", "C", "是"), provider=f"水务局 {planted.mobile('provider')}"),
        title=f"信息资源目录（填报{planted.mobile('title row')}）",
        notes=(f"填报人：{planted.mobile('note')}",),
    )  # fmt: skip
    for code, name, content in (
        (
            "230100_0001",
            "名称,班级数,校长电话",
            [f"一小{n},{n},{planted.mobile(f'closed item {n}')}" for n in range(9)],
        ),
        ("230100_0002", "名称", ["东站", "西站"]),
        ("230100_0004", "名称", ["东站", "西站"]),
        ("230100_0006", "名称", ["东站", "西站"]),
    ):
        (root / "数据" / f"{code}.csv").write_text("\n".join([name, *content]) + "\n", encoding="utf-8")
