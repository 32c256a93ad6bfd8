"""Documents and pictures: what is read out of them, and what keeps them in."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from portal.kernel.vocab import PartKind
from portal.readers import FileReading, FileRefused, read_file

Write = Callable[[str, bytes], FileReading]
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture
def opened(tmp_path: Path) -> Write:
    def write(name: str, content: bytes) -> FileReading:
        path = tmp_path / name
        path.write_bytes(content)
        return read_file(path, file_name=name, work_dir=tmp_path / "work")

    return write


def texts_of(reading: FileReading) -> str:
    assert reading.original_text is not None
    return "\n".join(pl.read_parquet(reading.original_text).get_column("text").to_list())


def codes_of(reading: FileReading) -> set[tuple[str, str]]:
    return {(note.code, note.subject) for note in reading.uninspected}


def pdf(*pages: str, change: Callable[[PdfWriter], None] = lambda writer: None) -> bytes:
    """A PDF whose pages show these texts; an empty text is a page with nothing on it."""
    writer = PdfWriter()
    for text in pages:
        page = writer.add_blank_page(595, 842)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode() if text else b"")
        page[NameObject("/Contents")] = writer._add_object(stream)
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def docx(body: str, **others: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>')
        for name, content in others.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return buffer.getvalue()


def run(text: str, properties: str = "") -> str:
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def jpeg(**changes: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(buffer, "JPEG", **changes)
    return buffer.getvalue()


def test_pdf_with_text_on_every_page_is_read_whole_and_nothing_holds_it(opened: Write) -> None:
    reading = opened("a.pdf", pdf("Opening hours of the library", "Second page about parking"))
    assert reading.kind is PartKind.FILE
    assert reading.real_format == "pdf"
    assert "parking" in texts_of(reading)
    assert reading.uninspected == ()
    assert not reading.has_hidden_content


def test_page_without_text_is_told_by_its_number(opened: Write) -> None:
    assert codes_of(opened("a.pdf", pdf("Text enough on this page", ""))) == {("document_page_without_text", "page 2")}


def test_picture_over_a_page_is_told_by_its_number(opened: Write) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (800, 1100), "white").save(buffer, "PDF")
    assert ("document_page_pictured", "page 1") in codes_of(opened("scan.pdf", buffer.getvalue()))


def test_note_on_a_page_is_read(opened: Write) -> None:
    def annotate(writer: PdfWriter) -> None:
        writer.add_annotation(0, FreeText(text="call 13800138000", rect=(50, 50, 200, 100)))

    assert "13800138000" in texts_of(opened("a.pdf", pdf("A page with a note on it", change=annotate)))


def test_properties_of_a_pdf_are_read(opened: Write) -> None:
    content = pdf("A page with an author", change=lambda writer: writer.add_metadata({"/Author": "Zhang San"}))
    assert "Zhang San" in texts_of(opened("a.pdf", content))


def test_attachment_and_script_hold_a_pdf(opened: Write) -> None:
    def attach(writer: PdfWriter) -> None:
        writer.add_attachment("list.csv", b"name,id")
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1);")}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)

    codes = {code for code, _ in codes_of(opened("a.pdf", pdf("A page with more behind it", change=attach)))}
    assert {"document_attachment", "document_active"} <= codes


def test_invisible_text_holds_a_pdf(opened: Write) -> None:
    content = pdf("Visible text here", change=lambda writer: None).replace(b"50 700 Td", b"3 Tr 0 0 Td")
    assert ("document_text_hidden", "page 1") in codes_of(opened("a.pdf", content))


def test_earlier_state_of_a_pdf_holds_it(opened: Write) -> None:
    content = pdf("A page that was saved again")
    assert ("document_earlier_state", "document") in codes_of(opened("a.pdf", content + b"\n%%EOF\n"))


def test_encrypted_pdf_is_refused(opened: Write) -> None:
    content = pdf("A page behind a password", change=lambda writer: writer.encrypt("secret"))
    with pytest.raises(FileRefused) as refusal:
        opened("a.pdf", content)
    assert refusal.value.code == "file_encrypted"


def test_cut_pdf_is_refused_in_words(opened: Write) -> None:
    with pytest.raises(FileRefused) as refusal:
        opened("a.pdf", b"%PDF-1.7\nnothing follows")
    assert refusal.value.code == "file_damaged"


def test_plain_docx_is_read_and_nothing_holds_it(opened: Write) -> None:
    reading = opened("a.docx", docx(run("开放时间") + run("九点")))
    assert reading.real_format == "docx"
    assert "开放时间" in texts_of(reading)
    assert reading.uninspected == ()


def test_number_written_in_several_runs_is_one_line(opened: Write) -> None:
    body = "<w:p><w:r><w:t>138001</w:t></w:r><w:r><w:t>38000</w:t></w:r></w:p>"
    assert "13800138000" in texts_of(opened("a.docx", docx(body)))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<w:p><w:del><w:r><w:delText>13800138000</w:delText></w:r></w:del></w:p>", "document_deleted_text"),
        (run("13800138000", "<w:vanish/>"), "document_text_hidden"),
    ],
)
def test_deleted_and_hidden_text_is_read_and_holds(opened: Write, body: str, code: str) -> None:
    reading = opened("a.docx", docx(run("Text") + body))
    assert "13800138000" in texts_of(reading)
    assert code in {found for found, _ in codes_of(reading)}


def test_remarks_headers_and_properties_of_a_docx_are_read(opened: Write) -> None:
    part = f'<w:comments xmlns:w="{_WORD}"><w:comment>{run("备注一")}</w:comment></w:comments>'
    reading = opened(
        "a.docx",
        docx(
            run("Text"),
            word__comments_DOT_xml=part,
            word__header1_DOT_xml=part.replace("备注一", "页眉二"),
            docProps__core_DOT_xml="<c><creator>张三</creator></c>",
        ),
    )
    assert all(word in texts_of(reading) for word in ("备注一", "页眉二", "张三"))
    assert ("document_remark", "document") in codes_of(reading)


def test_pictures_embedded_files_and_macros_hold_a_docx(opened: Write) -> None:
    reading = opened(
        "a.docx",
        docx(
            run("Text"),
            word__media__image1_DOT_png=b"x",
            word__embeddings__a_DOT_xlsx=b"x",
            word__vbaProject_DOT_bin=b"x",
        ),
    )
    assert {code for code, _ in codes_of(reading)} == {"document_picture", "document_attachment", "document_active"}


@pytest.mark.parametrize(
    "content", [b"{\\rtf1 text}", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 60]
)
def test_formats_nobody_can_look_into_are_refused_in_words(opened: Write, content: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        opened("a.bin", content)
    assert refusal.value.code == "format_not_inspectable"


def test_picture_is_held_for_a_look_even_when_nothing_is_beside_it(opened: Write) -> None:
    assert codes_of(opened("a.jpg", jpeg())) == {("picture_content", "JPEG")}


def test_position_and_author_of_a_picture_are_named_by_kind_and_read(opened: Write) -> None:
    exif = Image.Exif()
    exif[315] = "Zhang San 13800138000"  # Artist
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 20.0), 3: "E", 4: (120.0, 9.0, 1.0)})
    reading = opened("a.jpg", jpeg(exif=exif))
    assert ("picture_position", "EXIF") in codes_of(reading)
    assert ("picture_metadata", "Artist") in codes_of(reading)
    assert "13800138000" in texts_of(reading)
    assert not any("13800138000" in subject for _, subject in codes_of(reading))


def test_comment_and_bytes_behind_a_picture_are_told(opened: Write) -> None:
    reading = opened("a.jpg", jpeg(comment=b"taken by Zhang San") + b"PK hidden")
    assert "Zhang San" in texts_of(reading)
    assert {code for code, _ in codes_of(reading)} >= {"picture_metadata", "picture_trailing"}


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "GIF"])
def test_every_kind_of_picture_is_opened(opened: Write, kind: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(buffer, kind)
    assert ("picture_content", kind) in codes_of(opened(f"a.{kind.lower()}", buffer.getvalue()))


def test_picture_that_unpacks_to_too_much_is_refused_by_its_header(opened: Write) -> None:
    buffer = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(buffer, "PNG")
    with pytest.raises(FileRefused) as refusal:
        opened("a.png", buffer.getvalue())
    assert refusal.value.code == "file_bomb"
