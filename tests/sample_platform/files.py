"""Attachments, written by hand: CSV, a minimal XLSX (ECMA-376), a one-page PDF, plain text. The same bytes every time."""

import csv
import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[str | None]]
_FIXED_TIME = (2026, 1, 1, 0, 0, 0)


def file_bytes(kind: str, title: str, names: Sequence[str], rows: Rows) -> bytes:
    """The content of an attachment of a kind named in `shapes.Attachment`."""
    if kind == "csv-gbk":
        return _csv(names, rows).encode("gb18030")
    if kind == "csv-utf8":
        return _csv(names, rows).encode("utf-8-sig")
    if kind == "xlsx":
        return _xlsx(title, names, rows)
    if kind == "pdf":
        return _pdf(title)
    return f"{title}\r\n\r\n本文件为示例数据的说明，内容均为虚构。\r\n".encode()


def _csv(names: Sequence[str], rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([cell or "" for cell in row] for row in rows)
    return out.getvalue()


def _xlsx(title: str, names: Sequence[str], rows: Rows) -> bytes:
    lines = [_xlsx_row(1, names), *(_xlsx_row(number, row) for number, row in enumerate(rows, 2))]
    ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    members = {
        "[Content_Types].xml": f'{head}<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{ns}" xmlns:r="{rel}"><sheets>'
        f'<sheet name="{escape(title[:20])}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{ns}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _xlsx_row(number: int, cells: Sequence[str | None]) -> str:
    inner = "".join(_xlsx_cell(f"{_column(index)}{number}", cell) for index, cell in enumerate(cells) if cell)
    return f'<row r="{number}">{inner}</row>'


def _xlsx_cell(place: str, text: str) -> str:
    digits = text.replace(".", "", 1).replace("-", "", 1)
    if digits.isdigit() and len(digits) <= 10 and (not text.startswith("0") or text.startswith("0.") or text == "0"):
        return f'<c r="{place}"><v>{text}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _column(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _pdf(title: str) -> bytes:
    """One page with a Latin line: PDF readers need no font of ours."""
    text = f"Sample document ({len(title)} characters of title). Invented content.".replace("(", "\\(").replace(
        ")", "\\)"
    )
    content = f"BT /F1 14 Tf 72 760 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
