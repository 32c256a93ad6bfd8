"""The metadata file of a drop: JSON or CSV, one entry per dataset. Headers may be English or Chinese. Pure."""

import csv
import io
import json
from collections.abc import Mapping

from harvesters.errors import StopRun

Entry = dict[str, object]

# Header as delivered → our key. The English keys stand for themselves.
_CHINESE = {
    "标识": "id", "资源代码": "resource_code", "名称": "title", "资源名称": "title", "英文名称": "title_en",
    "摘要": "description", "资源摘要": "description", "英文摘要": "description_en", "提供方": "publisher",
    "资源提供方": "publisher", "提供方英文名称": "publisher_en", "提供方代码": "publisher_code", "主题": "themes",
    "关键字": "keywords", "更新周期": "update_cycle", "许可": "licence", "共享属性": "share", "开放属性": "open",
    "开放条件": "open_condition", "涉密标识": "secret", "数据分级": "grade", "数据分类": "class", "管理层级": "level",
    "责任处室": "owner", "审核人": "approver", "开放依据": "basis", "发布日期": "created", "更新日期": "modified",
    "文件": "files", "坐标系": "coordinate_system", "空间参考": "coordinate_system",
}  # fmt: skip
KEYS = frozenset(_CHINESE.values()) | {"columns"}


def read_metadata(content: bytes, file_name: str) -> tuple[Entry, ...]:
    """The entries of a metadata file. Raises StopRun that names the place of the fault."""
    text = _decoded(content, file_name)
    entries = _from_json(text, file_name) if file_name.endswith(".json") else _from_csv(text, file_name)
    for number, entry in enumerate(entries, 1):
        unknown = sorted(set(entry) - KEYS)
        if unknown:
            raise StopRun(f"{file_name}, entry {number}: {unknown[0]!r} is not a known key or header.")
    return entries


def _decoded(content: bytes, file_name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StopRun(f"{file_name} is neither UTF-8 nor GB 18030; save it as UTF-8.")


def _from_json(text: str, file_name: str) -> tuple[Entry, ...]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StopRun(f"{file_name} is not JSON: {error}.") from error
    entries = value.get("datasets") if isinstance(value, dict) else value
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise StopRun(f'{file_name} must hold {{"datasets": [ … ]}} with an object for each dataset.')
    return tuple({_key(name): item for name, item in entry.items()} for entry in entries)


def _from_csv(text: str, file_name: str) -> tuple[Entry, ...]:
    try:
        rows = [row for row in csv.reader(io.StringIO(text), strict=True) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise StopRun(f"{file_name} is not CSV: {error}.") from error
    if not rows:
        return ()
    header = [_key(cell) for cell in rows[0]]
    if len(set(header)) != len(header):
        raise StopRun(f"{file_name} has a header twice.")
    entries = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            raise StopRun(f"{file_name}, row {number}: {len(row)} cells where the header has {len(header)}.")
        entry: Entry = {name: cell.strip() for name, cell in zip(header, row, strict=True) if cell.strip()}
        for listed in ("files", "themes", "keywords"):
            if isinstance(entry.get(listed), str):
                entry[listed] = [part.strip() for part in str(entry[listed]).split(";") if part.strip()]
        entries.append(entry)
    return tuple(entries)


def _key(name: str) -> str:
    plain = name.strip()
    return _CHINESE.get(plain, plain)


def file_paths(entry: Mapping[str, object]) -> tuple[str, ...]:
    """The paths that an entry names: texts, or objects with `path`."""
    listed = entry.get("files")
    values = [listed] if isinstance(listed, str) else listed if isinstance(listed, list) else []
    paths = [value.get("path") if isinstance(value, Mapping) else value for value in values]
    return tuple(path.strip() for path in paths if isinstance(path, str) and path.strip())
