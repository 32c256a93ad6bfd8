"""A small xls file made by hand: BIFF8 records in an OLE2 compound file ([MS-XLS], [MS-CFB])."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass(frozen=True)
class BiffSheet:
    """Rows of texts and numbers; `visibility` 1 is hidden, 2 very hidden. `notes` maps (row, column) to a comment."""

    name: str
    rows: Sequence[Sequence[str | float]]
    hidden_rows: frozenset[int] = frozenset()
    flat_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    visibility: int = 0
    header: str = ""
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    rows_without_record: frozenset[int] = frozenset()
    default_is_hidden: bool = False


def xls(*sheets: BiffSheet) -> bytes:
    """The file's bytes."""
    bodies = [_sheet(sheet) for sheet in sheets]
    size = len(_globals(sheets, [0] * len(sheets)))
    offsets = [size + sum(map(len, bodies[:i])) for i in range(len(bodies))]
    return _compound(b"".join([_globals(sheets, offsets), *bodies]))


def _record(number: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def _wide(text: str) -> bytes:
    return b"\x01" + text.encode("utf-16-le")


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _globals(sheets: Sequence[BiffSheet], offsets: Sequence[int]) -> bytes:
    font = _record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x05\x00Arial")
    xf = _record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0, 0, 0x20C0))
    cell_xf = _record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 0, 0x0001, 0x20, 0, 0, 0, 0, 0, 0x20C0))
    window = _record(0x003D, struct.pack("<HHHHHHHHH", 0, 0, 1000, 1000, 0x38, 0, 0, 1, 600))
    listed = b"".join(
        _record(0x0085, struct.pack("<IBBB", offset, sheet.visibility, 0, len(sheet.name)) + _wide(sheet.name))
        for sheet, offset in zip(sheets, offsets, strict=True)
    )
    code_page = _record(0x0042, struct.pack("<H", 1200))
    return _begin(0x0005) + code_page + window + font * 5 + xf * 15 + cell_xf + listed + _record(0x000A)


def _sheet(sheet: BiffSheet) -> bytes:
    width = max((len(row) for row in sheet.rows), default=0)
    parts = [_begin(0x0010), _record(0x0225, struct.pack("<HH", 2 if sheet.default_is_hidden else 0, 255))]
    if sheet.header:
        parts.append(_record(0x0014, struct.pack("<H", len(sheet.header)) + _wide(sheet.header)))
    for column in sorted(sheet.hidden_columns):
        parts.append(_record(0x007D, struct.pack("<HHHHHH", column, column, 2000, 15, 1, 0)))
    parts.append(_record(0x0200, struct.pack("<IIHHH", 0, len(sheet.rows), 0, width, 0)))
    for number in range(len(sheet.rows)):
        if number in sheet.rows_without_record:
            continue
        height = 0 if number in sheet.flat_rows else 255
        flags = 0x0100 | (0x20 if number in sheet.hidden_rows else 0)
        parts.append(_record(0x0208, struct.pack("<HHHHHHI", number, 0, width, height, 0, 0, flags | (15 << 16))))
    for r, row in enumerate(sheet.rows):
        for c, cell in enumerate(row):
            where = struct.pack("<HHH", r, c, 15)
            if isinstance(cell, str):
                parts.append(_record(0x0204, where + struct.pack("<H", len(cell)) + _wide(cell)))
            else:
                parts.append(_record(0x0203, where + struct.pack("<d", cell)))
    for number, ((r, c), text) in enumerate(sheet.notes.items(), 1):
        parts.append(_record(0x005D, struct.pack("<HHHHH", 0x15, 18, 0x19, number, 0x4011) + bytes(12) + bytes(4)))
        parts.append(_record(0x01B6, struct.pack("<HHHHHHHI", 0x212, 0, 0, 0, 0, len(text), 16, 0)))
        parts.append(_record(0x003C, _wide(text)))
        parts.append(_record(0x003C, bytes(16)))
        parts.append(
            _record(0x001C, struct.pack("<HHHH", r, c, 0, number) + struct.pack("<H", 2) + _wide("李四") + b"\x00")
        )
    window = _record(0x023E, struct.pack("<HHHIHHI", 0x06B6, 0, 0, 0x40, 0, 0, 0))
    return b"".join([*parts, window, _record(0x000A)])


def _compound(stream: bytes) -> bytes:
    """The stream `Workbook`, long enough to lie in whole sectors, behind one FAT sector and one directory sector."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\x00")
    count = len(stream) // _SECTOR
    assert count <= 126, "one FAT sector"
    fat = [_FAT, _END, *range(3, 2 + count), _END]
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        *(0x3E, 3, 0xFFFE, 9, 6),
        bytes(6),
        *(0, 1, 1, 0, 4096, _END, 0, _END, 0),
    )
    header += struct.pack("<109I", 0, *([_FREE] * 108))
    directory = _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, 2, len(stream))
    directory += _entry("", 0, 0, 0) * 2
    return header + struct.pack("<128I", *fat, *([_FREE] * (128 - len(fat)))) + directory + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    coded = name.encode("utf-16-le") + b"\x00\x00" if name else b""
    return (
        coded.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(coded), kind, 1, _FREE, _FREE, child)
        + bytes(16 + 4 + 8 + 8)
        + struct.pack("<IQ", start, size)
    )
