"""Files that are no spreadsheets: text tables, JSON, XML, layers, archives, documents, pictures."""

import csv
import io
import json
import struct
import zipfile
from functools import cache
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyogrio
from opencc import OpenCC
from PIL import Image
from PIL.PngImagePlugin import PngInfo

Table = list[list[str]]


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")


def traditional(text: str) -> str:
    """The same in Traditional characters, which Big5 needs."""
    return str(_converter().convert(text))


def delimited(table: Table, codec: str = "utf-8", delimiter: str = ",") -> bytes:
    """CSV or TSV; in Big5 the words are written in Traditional characters, which is what it has."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(table)
    text = buffer.getvalue()
    if codec == "big5":
        text = traditional(text)
    return text.encode(codec)


def records(table: Table) -> list[dict[str, Any]]:
    """Rows as objects."""
    header, *rows = table
    return [dict(zip(header, row, strict=True)) for row in rows]


def json_bytes(value: object) -> bytes:
    """JSON as programs write it."""
    return json.dumps(value, ensure_ascii=False).encode()


def json_lines(table: Table) -> bytes:
    """One object a line."""
    return b"\n".join(json_bytes(record) for record in records(table))


def xml(table: Table, *, comment: str = "", attribute: str = "") -> bytes:
    """A list of elements, one for each row."""
    header, *rows = table
    body = "".join(
        f'<row note="{escape(attribute)}">' + "".join(f"<{n}>{escape(v)}</{n}>" for n, v in zip(header, row, strict=True))
        + "</row>"
        for row in rows
    )  # fmt: skip
    return f'<?xml version="1.0" encoding="UTF-8"?><rows><!-- {comment.replace("--", "—")} -->{body}</rows>'.encode()


def geojson(table: Table) -> bytes:
    """Points with the cells as properties."""
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [120 + i / 9, 30 + i / 7]}, "properties": row}
        for i, row in enumerate(records(table))
    ]
    return json_bytes({"type": "FeatureCollection", "features": features})


def shapefile(table: Table) -> bytes:
    """A zip of .shp, .dbf in GBK with .cpg, .prj; column names are cut to what ten bytes hold."""
    header, *rows = table
    columns = [np.array(column, dtype=object) for column in zip(*rows, strict=True)]
    return _layer("layer.shp", "ESRI Shapefile", [name[:5] for name in header], columns, encoding="GBK")


def kml(table: Table, *, description: str = "") -> bytes:
    """Placemarks with extended data, one of them with a description."""
    header, *rows = table
    marks = "".join(
        f"<Placemark><name>点{i}</name><description>{escape(description if i == 5 else '')}</description><ExtendedData>"
        + "".join(
            f'<Data name="{escape(n)}"><value>{escape(v)}</value></Data>' for n, v in zip(header, row, strict=True)
        )
        + f"</ExtendedData><Point><coordinates>{120 + i / 9},{30 + i / 7}</coordinates></Point></Placemark>"
        for i, row in enumerate(rows)
    )
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'.encode()


def zipped(members: dict[str, bytes], comment: str = "") -> bytes:
    """An archive whose names are in GBK, without the mark of UTF-8, as Chinese Windows makes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, content in enumerate(members.values()):
            archive.writestr(f"{number:08d}", content)
        archive.comment = comment.encode("gb18030")
    made = buffer.getvalue()
    for number, name in enumerate(members):
        made = _renamed(made, f"{number:08d}".encode(), name.encode("gb18030"))
    return made


def docx(text: str = "", *, comment: str = "", author: str = "", header: str = "", deleted: str = "") -> bytes:
    """A document with text, a comment, properties, a page header and a deletion that was tracked."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def paragraph(words: str) -> str:
        return f"<w:p><w:r><w:t>{escape(words)}</w:t></w:r></w:p>"

    gone = f'<w:p><w:del w:author="甲"><w:r><w:delText>{escape(deleted)}</w:delText></w:r></w:del></w:p>'
    body = paragraph("关于办理事项的说明") + paragraph(text or "请到窗口办理。") + (gone if deleted else "")
    core = '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    core += f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{escape(author)}</dc:creator></cp:coreProperties>'
    content = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{content}.document.main+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
        "docProps/core.xml": core,
    }
    if comment:
        parts["word/comments.xml"] = (
            f'<w:comments {space}><w:comment w:id="0">{paragraph(comment)}</w:comment></w:comments>'
        )
    if header:
        parts["word/header1.xml"] = f"<w:hdr {space}>{paragraph(header)}</w:hdr>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in parts.items():
            archive.writestr(name, words)
    return buffer.getvalue()


def pdf(text: str, *, author: str = "") -> bytes:
    """One page in a font without embedding: glyphs are UTF-16 code units, told by a ToUnicode table."""
    content = f"BT /F1 12 Tf 40 700 Td <{text.encode('utf-16-be').hex()}> Tj ET".encode()
    table = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
    table += b"".join(b"1 beginbfrange <%02X00> <%02XFF> <%02X00> endbfrange\n" % (n, n, n) for n in range(256))
    table += b"endcmap end"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0 >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(table), table),
        b"<< /Author <FEFF%s> >>" % author.encode("utf-16-be").hex().encode(),
    )
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"trailer << /Size %d /Root 1 0 R /Info 8 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )


def jpeg(description: str = "", *, has_position: bool = False) -> bytes:
    """A small picture with an EXIF description, and with the place where it was taken."""
    picture, exif = Image.new("RGB", (32, 24), "white"), Image.Exif()
    if description:
        exif[0x010E] = description
        exif[0x9C9C] = (description + "\0").encode("utf-16-le")
    if has_position:
        exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 12.0, 34.56), 3: "E", 4: (123.0, 3.0, 4.5)})
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif, comment=description.encode() if description else None)
    return buffer.getvalue()


def png(text: str) -> bytes:
    """A small picture with a text chunk."""
    buffer, info = io.BytesIO(), PngInfo()
    info.add_itxt("Comment", text)
    Image.new("RGB", (8, 8), "white").save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def web_page(table: Table, *, comment: str = "", hidden: str = "") -> bytes:
    """A page with a table, a comment and an element that is not shown."""
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table)
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>公示</title></head><body>'
        f'<!-- {comment.replace("--", "—")} --><div style="display:none">{escape(hidden)}</div>'
        f"<table>{rows}</table></body></html>"
    ).encode()


def _layer(name: str, driver: str, fields: list[str], columns: list[Any], **options: Any) -> bytes:
    places = ((120 + i / 9, 30 + i / 7) for i in range(len(columns[0])))
    points = np.array([struct.pack("<BIdd", 1, 1, *place) for place in places], dtype=object)
    with TemporaryDirectory() as directory:
        pyogrio.raw.write(
            Path(directory) / name,
            points,
            columns,
            fields,
            driver=driver,
            geometry_type="Point",
            crs="EPSG:4490",
            **options,
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for path in sorted(Path(directory).iterdir()):
                archive.write(path, path.name)
    return buffer.getvalue()


def _renamed(archive: bytes, old: bytes, new: bytes) -> bytes:
    """The archive with one member called otherwise, in its local header and in the directory; lengths are put right."""
    end = archive.rindex(b"PK\5\6")
    size, start = struct.unpack_from("<II", archive, end + 12)
    local, directory, tail = archive[:start], archive[start : start + size], archive[end:]
    at = local.index(old)
    local = local[: at - 4] + struct.pack("<H", len(new)) + local[at - 2 : at] + new + local[at + len(old) :]
    growth, where, made = len(new) - len(old), at - 30, b""
    place = 0
    while place < len(directory):
        lengths = struct.unpack_from("<HHH", directory, place + 28)
        entry = bytearray(directory[place : place + 46 + sum(lengths)])
        offset = struct.unpack_from("<I", entry, 42)[0]
        if offset > where:
            struct.pack_into("<I", entry, 42, offset + growth)
        if bytes(entry[46 : 46 + lengths[0]]) == old:
            struct.pack_into("<H", entry, 28, len(new))
            entry[46 : 46 + lengths[0]] = new
        made += bytes(entry)
        place += 46 + sum(lengths)
    return local + made + tail[:12] + struct.pack("<II", len(made), len(local)) + tail[20:]
