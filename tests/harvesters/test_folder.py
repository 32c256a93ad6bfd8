"""Drops: what is read, in which encoding of names, and above all what is never read."""

import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harvesters import SkipRecord, StopRun
from harvesters.protocols import Source
from harvesters.records import FieldRecord, FilePart, RawRecord
from tests.harvesters.conftest import Opening


def listed(source: Source) -> list[RawRecord]:
    return [record for page in source.list_records() for record in page.records]


def problems(source: Source) -> list[str]:
    return [record.problem for record in listed(source) if record.problem]


def content(source: Source, path: str) -> bytes:
    part = FilePart("k", {}, {"path": path}, path)
    with source.fetch_file(part) as chunks:
        return b"".join(chunks)


def test_metadata_becomes_a_record(drop: Path, open_folder: Opening) -> None:
    source = open_folder(drop, publisher_name="默认局", labels={"grade_label": "一般数据", "theme_label": "其他"})
    first, second, third = (source.map_record(record) for record in listed(source))
    assert first.titles == {"zh": "学校", "en": "Schools"}
    assert (first.open_label, first.grade_label, first.theme_labels) == ("1", "一般数据", ("其他",))
    assert first.fields == (FieldRecord("名称", "名称", open_label="1", titles={"zh": "名称", "en": "Name"}),)
    assert second.titles == {"zh": "停车场", "en": "Car parks"}
    assert (second.publisher_names, first.publisher_names) == ({"zh": "交通局"}, {"zh": "默认局"})
    assert third.theme_labels == ("交通",)


def test_a_csv_of_metadata_with_chinese_headers_is_read(drop: Path, open_folder: Opening) -> None:
    (drop / "metadata.json").unlink()
    text = "标识,名称,开放属性,主题,文件,责任处室\nB/1,学校,无条件开放,教育;科技,数据/学校.csv,基教科\n"
    (drop / "metadata.csv").write_bytes(text.encode("gb18030"))
    source = open_folder(drop)
    record = source.map_record(listed(source)[0])
    assert (record.id, record.open_label, record.theme_labels) == ("B/1", "无条件开放", ("教育", "科技"))
    assert record.owner == "基教科"
    assert [part.key for part in record.parts] == ["数据/学校.csv"]
    assert source.notes == ("2 files are not named in metadata.csv, the first is 'readme.txt'.",)


def test_files_without_metadata_are_datasets_with_the_defaults_of_the_source(drop: Path, open_folder: Opening) -> None:
    (drop / "metadata.json").unlink()
    labels = {"open_label": "无条件开放", "owner": "数据科", "theme_label": "综合"}
    source = open_folder(drop, publisher_name="示例局", publisher_code="SL", labels=labels)
    records = {record.id: source.map_record(record) for record in listed(source)}
    record = records["数据/停车场.csv"]
    assert record.titles == {"zh": "停车场"}
    assert (record.open_label, record.owner, record.theme_labels) == ("无条件开放", "数据科", ("综合",))
    assert (record.publisher_names, record.publisher_code) == ({"zh": "示例局"}, "SL")
    assert source.check().endswith("3 files, each a dataset of its own.")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"title": "x", "files": ["readme.txt"]}, "entry 1 has no identifier"),
        ({"id": "a", "title": "x", "files": ["none.csv"]}, "'none.csv' is not in the drop"),
        ({"id": "a", "title": "x", "files": ["../secret.txt"]}, "'../secret.txt' is not in the drop"),
        ({"id": "a", "title": "x", "files": ["/etc/passwd"]}, "'/etc/passwd' is not in the drop"),
    ],
)
def test_an_entry_that_cannot_be_used_is_reported(
    drop: Path, open_folder: Opening, entry: dict[str, object], said: str
) -> None:
    (drop.parent / "secret.txt").write_text("secret", "utf-8")
    (drop / "metadata.json").write_text(json.dumps({"datasets": [entry]}), "utf-8")
    found = problems(open_folder(drop))
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ('{"datasets": 5}', "must hold"),
        ('[{"id": "a", "colour": "red"}]', "entry 1: 'colour' is not a known key"),
    ],
)
def test_a_metadata_file_that_cannot_be_read_stops_the_run_and_says_where(
    drop: Path, open_folder: Opening, text: str, said: str
) -> None:
    (drop / "metadata.json").write_text(text, "utf-8")
    with pytest.raises(StopRun, match=said):
        listed(open_folder(drop))


def test_a_row_of_metadata_with_a_cell_too_many_is_named(drop: Path, open_folder: Opening) -> None:
    (drop / "metadata.json").unlink()
    (drop / "metadata.csv").write_text("id,title\na,b,c\n", "utf-8")
    with pytest.raises(StopRun, match=r"metadata\.csv, row 2: 3 cells where the header has 2"):
        listed(open_folder(drop))


def test_an_identifier_that_is_there_twice_is_reported(drop: Path, open_folder: Opening) -> None:
    entry = {"id": "a", "title": "x", "files": ["readme.txt"]}
    (drop / "metadata.json").write_text(json.dumps([entry, entry]), "utf-8")
    assert ["'a' is there twice" in problem for problem in problems(open_folder(drop))] == [True]


@pytest.fixture
def bare(drop: Path) -> Path:
    """The drop without its metadata, and a secret beside it."""
    (drop / "metadata.json").unlink()
    (drop.parent / "secret.txt").write_text("secret", "utf-8")
    return drop


def test_links_are_named_and_not_followed(bare: Path, open_folder: Opening) -> None:
    (bare / "leak.txt").symlink_to(bare.parent / "secret.txt")
    (bare / "up").symlink_to(bare.parent)
    source = open_folder(bare)
    assert problems(source) == [
        "'leak.txt' is a link; links are not followed.",
        "'up' is a link; links are not followed.",
    ]
    for path in ("leak.txt", "up/secret.txt"):
        with pytest.raises(SkipRecord):
            content(source, path)


def test_a_directory_swapped_for_a_link_after_the_listing_leads_nowhere(bare: Path, open_folder: Opening) -> None:
    outside = bare.parent / "outside"
    outside.mkdir()
    (outside / "学校.csv").write_text("secret", "utf-8")
    source = open_folder(bare)
    listed(source)
    (bare / "数据").rename(bare.parent / "moved")
    (bare / "数据").symlink_to(outside)
    with pytest.raises(SkipRecord):
        content(source, "数据/学校.csv")


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "数据/../../secret.txt", "a\\b", "", ".", "a//b", "x\0y"]
)
def test_a_path_out_of_the_drop_is_refused(bare: Path, open_folder: Opening, path: str) -> None:
    with pytest.raises(SkipRecord):
        content(open_folder(bare), path)


def test_what_is_not_a_regular_file_is_not_opened(bare: Path, open_folder: Opening) -> None:
    os.mkfifo(bare / "pipe")
    source = open_folder(bare)
    assert problems(source) == ["'pipe' is not a regular file."]
    with pytest.raises(SkipRecord):
        content(source, "pipe")


def test_what_desktops_leave_behind_is_ignored(bare: Path, open_folder: Opening) -> None:
    for name in (".DS_Store", "Thumbs.db", "~$名册.xlsx", "._学校.csv"):
        (bare / name).write_bytes(b"x")
    assert len(listed(open_folder(bare))) == 3


def test_too_many_files_and_too_large_files_are_bounded(bare: Path, open_folder: Opening) -> None:
    with pytest.raises(StopRun, match="more than 2 files"):
        listed(open_folder(bare, max_files=2))
    with (bare / "large.csv").open("wb") as file:
        file.truncate(2 << 20)
    assert problems(open_folder(bare, max_file_mib=1)) == ["'large.csv' has 2,097,152 bytes; 1,048,576 are allowed."]


def test_a_name_that_is_not_text_is_reported(bare: Path, open_folder: Opening) -> None:
    with open(os.fsencode(bare) + b"/\xff\xfe.csv", "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"x")
    assert problems(open_folder(bare)) == ["The name of a file is not valid text; rename it."]


def test_directories_without_end_are_bounded(bare: Path, open_folder: Opening) -> None:
    deep = bare
    for _ in range(30):
        deep = deep / "d"
    deep.mkdir(parents=True)
    with pytest.raises(StopRun, match="deep"):
        listed(open_folder(bare))


Packing = Callable[[zipfile.ZipFile], None]


def archive_of(folder: Path, pack: Packing) -> Path:
    path = folder / "drop.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        pack(archive)
    return path


@pytest.mark.parametrize("name", ["../evil.txt", "/abs.txt", "a/../../b.txt", "..\\evil.txt", "C:/evil.txt"])
def test_a_member_that_points_out_of_the_archive_is_reported(tmp_path: Path, open_folder: Opening, name: str) -> None:
    def pack(archive: zipfile.ZipFile) -> None:
        archive.writestr(zipfile.ZipInfo(name), "x")
        archive.writestr("good.csv", "a\n1\n")

    source = open_folder(archive_of(tmp_path, pack))
    records = listed(source)
    assert ["points outside" in record.problem for record in records].count(True) == 1
    assert [record.id for record in records if not record.problem] == ["good.csv"]
    with pytest.raises(SkipRecord):
        content(source, name)


def test_a_link_in_an_archive_is_reported(tmp_path: Path, open_folder: Opening) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    source = open_folder(archive_of(tmp_path, lambda archive: archive.writestr(link, "/etc/passwd")))
    assert problems(source) == ["'link.txt' in the archive is a link; links are not followed."]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_reported(tmp_path: Path, open_folder: Opening) -> None:
    def pack(archive: zipfile.ZipFile) -> None:
        archive.writestr("a.csv", "1")
        archive.writestr("a.csv", "2")

    assert problems(open_folder(archive_of(tmp_path, pack))) == ["'a.csv' is twice in the archive."]


def test_a_member_larger_than_allowed_is_not_unpacked(tmp_path: Path, open_folder: Opening) -> None:
    source = open_folder(archive_of(tmp_path, lambda z: z.writestr("big.csv", bytes(3 << 20))), max_file_mib=1)
    assert "3,145,728 bytes; 1,048,576 are allowed" in problems(source)[0]
    with pytest.raises(SkipRecord):
        content(source, "big.csv")


def test_a_member_that_lies_about_its_size_is_cut(tmp_path: Path, open_folder: Opening) -> None:
    path = archive_of(tmp_path, lambda archive: archive.writestr("a.csv", b"x" * 5000))
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = raw.index(signature) + offset
        raw[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(SkipRecord):
        content(open_folder(path), "a.csv")


def test_a_member_that_claims_an_impossible_ratio_is_a_bomb(tmp_path: Path, open_folder: Opening) -> None:
    path = archive_of(tmp_path, lambda archive: archive.writestr("a.csv", b"x" * 100))
    raw = bytearray(path.read_bytes())
    place = raw.index(b"PK\x01\x02") + 24
    raw[place : place + 4] = (1 << 30).to_bytes(4, "little")
    path.write_bytes(raw)
    assert "that is a bomb" in problems(open_folder(path))[0]


def test_an_encrypted_member_is_reported(tmp_path: Path, open_folder: Opening) -> None:
    path = archive_of(tmp_path, lambda archive: archive.writestr("a.csv", b"x"))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert "without a password" in problems(open_folder(path))[0]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_without_a_stated_encoding_are_read(tmp_path: Path, open_folder: Opening, encoding: str) -> None:
    name = "学校".encode(encoding)
    path = archive_of(tmp_path, lambda archive: archive.writestr("X" * len(name) + ".csv", "content"))
    path.write_bytes(path.read_bytes().replace(b"X" * len(name), name))
    source = open_folder(path)
    assert [record.id for record in listed(source)] == ["学校.csv"]
    assert content(source, "学校.csv") == b"content"


def test_a_broken_archive_stops_the_run(tmp_path: Path, open_folder: Opening) -> None:
    path = archive_of(tmp_path, lambda archive: archive.writestr("a.csv", b"x" * 5000))
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(StopRun, match="neither a directory nor a zip"):
        listed(open_folder(path))


def test_the_real_files_of_a_city_are_listed_and_come_whole(shared_data: Path, open_folder: Opening) -> None:
    root = shared_data / "files" / "beijing_dev"
    source = open_folder(root, publisher_name="北京市", labels={"open_label": "无条件开放"})
    records = [source.map_record(record) for record in listed(source)]
    assert len(records) == 74
    for record in records:
        (part,) = record.parts
        assert isinstance(part, FilePart)
        with source.fetch_file(part) as chunks:
            assert b"".join(chunks) == (root / part.key).read_bytes()
