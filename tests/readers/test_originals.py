"""What an original may carry out unseen: members that nobody expects, text that only programs can read."""

import io
import json
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from portal.inspect import scan_original
from portal.kernel.vocab import PartKind
from portal.readers.reading import FileReading
from tests.readers.conftest import Opened

NUMBER = "110101199003077774"  # made up; the check digit is right
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET = "xl/worksheets/sheet1.xml"
Members = dict[str, bytes]


def workbook(change: Callable[[Members], None] = lambda members: None, *, comment: bytes = b"") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["name", "value"], ["a", 1], ["b", 2], ["c", 3]):
        sheet.append(row)
    written, changed = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = comment
    return changed.getvalue()


def member(name: str, content: str) -> Callable[[Members], None]:
    return lambda members: members.update({name: content.encode()})


def in_sheet(before: str, added: str) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        assert before.encode() in members[_SHEET]
        members[_SHEET] = members[_SHEET].replace(before.encode(), added.encode(), 1)

    return change


def may_go_out(reading: FileReading) -> bool:
    assert reading.original_text is not None
    return not reading.has_hidden_content and not scan_original(reading.original_text, digest="d").findings


def test_a_plain_workbook_may_go_out_as_it_is(opened: Opened) -> None:
    assert may_go_out(opened(workbook()))


@pytest.mark.parametrize(
    "change",
    [
        member("xl/worksheets/old.xml", f"<x>{NUMBER}</x>"),
        member("xl/revisions/revisionLog1.xml", f"<r>{NUMBER}</r>"),
        member("xl/Comments1.xml", f"<t>{NUMBER}</t>"),
        member("notes.txt", "nothing of note"),
        member("docProps/thumbnail.jpeg", "a picture of the first page"),
        member("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}"><si><t>{NUMBER}</t></si></sst>'),
        member(
            "xl/sharedStrings.xml",
            f'<sst xmlns="{_MAIN}"><si><r><t>{NUMBER[:9]}</t></r><r><t>{NUMBER[9:]}</t></r></si></sst>',
        ),
        member("xl/worksheets/_rels/sheet1.xml.rels", f'<R><r Target="http://a.example/{NUMBER}"/></R>'),
        member("xl/worksheets/_rels/sheet1.xml.rels", '<R><r Target="mailto:wang@example.com"/></R>'),
        in_sheet("</row>", f'<c r="C1" t="str"><f>"{NUMBER}"&amp;""</f><v>ok</v></c></row>'),
        in_sheet("</sheetData>", f'</sheetData><x><dataValidation prompt="{NUMBER}"/></x>'),
        in_sheet("</worksheet>", f"</worksheet><!-- {NUMBER} -->"),
    ],
)
def test_a_workbook_that_carries_more_than_its_cells_stays_in(
    change: Callable[[Members], None], opened: Opened
) -> None:
    assert not may_go_out(opened(workbook(change)))


@pytest.mark.parametrize(
    "content", [workbook(comment=NUMBER.encode()), workbook() + NUMBER.encode(), NUMBER.encode() + workbook()]
)
def test_bytes_beside_the_members_keep_a_workbook_in(content: bytes, opened: Opened) -> None:
    reading = opened(content)
    assert reading.kind is PartKind.FILE or not may_go_out(reading)


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(sign):04x}" for sign in text)


def _entities(text: str) -> str:
    return "".join(f"&#{ord(sign)};" for sign in text)


def plain_json(value: str, before: str = "") -> str:
    return f'{{"type":"Topology","note":"{before}","objects":{{"a":"{value}"}}}}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", plain_json(NUMBER)),
        ("a.json", plain_json(_escaped(NUMBER))),
        ("a.json", plain_json(json.dumps("机密★长期")[1:-1])),
        ("a.json", plain_json(_escaped(NUMBER), before="-" * 1_048_400)),  # across the pieces in which it is read
        ("a.xml", f"<r><a>{_entities(NUMBER)}</a></r>"),
        ("a.xml", f'<r><a b="{_entities(NUMBER)}"/></r>'),
        ("a.xml", "<r><a>138</a><a>0013</a><a>8000</a></r>"),  # split, as over columns
        ("a.html", f"<!doctype html><html><body>{_entities(NUMBER)}</body></html>"),
        ("a.html", "<!doctype html><html><body>" + "".join(f"<b>{n}</b>" for n in NUMBER) + "</body></html>"),
        ("a.html", '<!doctype html><html><body><img src="data:image/png;base64,iVBORw0KGgo="></body></html>'),
        ("a.html", "<!doctype html><html><body><script>show(1 + 1)</script></body></html>"),
    ],
)
def test_text_that_only_programs_can_read_is_inspected_or_counts_as_hidden(
    name: str, text: str, opened: Opened
) -> None:
    assert not may_go_out(opened(text, file_name=name))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", plain_json(_escaped("朝阳公园"))),
        ("a.xml", "<r><a>138</a><a>公园</a><a>8000</a></r>"),
        ("a.html", "<!doctype html><html><body><p>公园 &amp; <b>学校</b></p></body></html>"),
    ],
)
def test_harmless_text_may_go_out(name: str, text: str, opened: Opened) -> None:
    assert may_go_out(opened(text, file_name=name))
