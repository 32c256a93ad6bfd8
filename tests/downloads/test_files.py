"""Files over HTTP: whole, in ranges, by validator, with digests and names."""

import base64
import csv
import hashlib
import io
import json
from urllib.parse import unquote

import pytest
from werkzeug.test import TestResponse

from portal.downloads.naming import split_file_name
from portal.exports import FORMATS
from portal.http.files.sending import content_disposition
from portal.kernel.errors import NotFound
from tests.http.site import Site

QUICK = [name for name, made in FORMATS.items() if not made.is_job and not made.is_for_layers]


def _get(site: Site, format_name: str = "csv", pin: str = "", **headers: str) -> TestResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.client.get(f"/download/{site.ids[0]}{pin}/data.{format_name}", headers=given)


@pytest.mark.parametrize("format_name", QUICK)
def test_a_plain_get_gives_the_whole_file_with_its_digest(site: Site, format_name: str) -> None:
    answer = _get(site, format_name)
    assert answer.status_code == 200
    digest = hashlib.sha256(answer.data).digest()
    assert answer.headers["ETag"] == f'"{digest.hex()}"'
    assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Type"] == FORMATS[format_name].media_type
    assert answer.headers["Last-Modified"]


def test_csv_has_a_mark_for_excel_only_where_asked(site: Site) -> None:
    plain, excel = _get(site, "csv").data, _get(site, "excel.csv").data
    assert excel.startswith(b"\xef\xbb\xbf")
    assert not plain.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(plain.decode())))
    assert rows[0] == ["名称", "街道", "编号", "数量", "面积", "更新日期"]
    assert len(rows) == 41


def test_json_and_json_lines_have_the_same_rows(site: Site) -> None:
    whole = json.loads(_get(site, "json").data)
    lines = [json.loads(line) for line in _get(site, "jsonl").data.splitlines()]
    assert lines == (whole if isinstance(whole, list) else whole["rows"])


def test_parquet_is_the_published_table_itself(site: Site) -> None:
    dataset = site.client.get(f"/api/v1/datasets/{site.ids[0]}").get_json()
    assert _get(site, "parquet").headers["ETag"] == f'"{dataset["parts"][0]["sha256"]}"'


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=5-5", 5, 6),
        ("bytes=100-", 100, None),
        ("bytes=-7", -7, None),
        ("bytes=0-99999999", 0, None),
    ],
)
def test_a_range_gives_just_these_bytes(site: Site, asked: str, start: int, stop: int | None) -> None:
    whole = _get(site)
    part = _get(site, Range=asked)
    expected = whole.data[start:stop]
    assert part.status_code == 206
    assert part.data == expected
    first = start if start >= 0 else len(whole.data) + start
    assert part.headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{len(whole.data)}"
    assert int(part.headers["Content-Length"]) == len(expected)
    for name in ("ETag", "Repr-Digest", "Last-Modified"):
        assert part.headers[name] == whole.headers[name]


def test_pieces_put_together_are_the_file(site: Site) -> None:
    whole = _get(site).data
    pieces = b"".join(_get(site, Range=f"bytes={start}-{start + 99}").data for start in range(0, len(whole), 100))
    assert pieces == whole


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=0-3", "bytes=x-y", "bytes=5-2", "bytes", ""])
def test_ranges_that_are_several_or_unreadable_give_the_whole(site: Site, asked: str) -> None:
    answer = _get(site, Range=asked)
    assert answer.status_code == 200
    assert answer.data == _get(site).data


def test_a_range_beyond_the_end_is_416_with_the_size(site: Site) -> None:
    size = len(_get(site).data)
    answer = _get(site, Range=f"bytes={size}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{size}"
    assert answer.get_json()["type"].endswith("range-not-satisfiable")


def test_if_range_continues_the_same_file_and_restarts_another(site: Site) -> None:
    whole = _get(site)
    for same in (whole.headers["ETag"], whole.headers["Last-Modified"]):
        assert _get(site, Range="bytes=3-5", If_Range=same).status_code == 206
    for other in ('"other"', f"W/{whole.headers['ETag']}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        restarted = _get(site, Range="bytes=3-5", If_Range=other)
        assert restarted.status_code == 200
        assert restarted.data == whole.data


def test_what_the_caller_has_is_not_sent_again(site: Site) -> None:
    whole = _get(site)
    for headers in (
        {"If-None-Match": whole.headers["ETag"]},
        {"If-None-Match": f'"x", {whole.headers["ETag"]}'},
        {"If-Modified-Since": whole.headers["Last-Modified"]},
        {"If-None-Match": whole.headers["ETag"], "Range": "bytes=0-3"},
    ):
        again = site.client.get(f"/download/{site.ids[0]}/data.csv", headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == whole.headers["ETag"]
    assert _get(site, If_None_Match='"other"', If_Modified_Since=whole.headers["Last-Modified"]).status_code == 200


def test_head_has_the_headers_and_no_body(site: Site) -> None:
    whole = _get(site)
    head = site.client.head(f"/download/{site.ids[0]}/data.csv", headers={"Range": "bytes=0-3"})
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Length", "Content-Type", "Repr-Digest", "Content-Disposition"):
        assert head.headers[name] == whole.headers[name]


def test_head_makes_no_file(site: Site) -> None:
    head = site.client.head(f"/download/{site.ids[0]}/data.jsonl")
    assert head.status_code == 200
    assert "ETag" not in head.headers
    assert "Content-Length" not in head.headers
    assert not list(site.parts.store.list_keys("spool/"))


def test_a_file_is_made_once_and_kept(site: Site) -> None:
    first = _get(site)
    keys = list(site.parts.store.list_keys("spool/"))
    assert _get(site, pin="@v1").data == first.data
    assert list(site.parts.store.list_keys("spool/")) == keys
    assert len(keys) == 1


def test_the_name_is_right_for_old_and_new_clients(site: Site) -> None:
    header = _get(site).headers["Content-Disposition"]
    assert header.startswith('attachment; filename="')
    assert header.isascii()
    name = unquote(header.split("filename*=UTF-8''")[1])
    assert name.endswith(".csv")
    assert "中小学校名录" in name


def test_a_chinese_name_is_there_in_full_and_in_ascii() -> None:
    header = content_disposition('学校"名录"; x.csv')
    assert header == (
        "attachment; filename=\"x.csv\"; filename*=UTF-8''%E5%AD%A6%E6%A0%A1%22%E5%90%8D%E5%BD%95%22%3B%20x.csv"
    )


def test_nothing_may_be_kept_without_asking_again(site: Site) -> None:
    control = _get(site).headers["Cache-Control"]
    assert "no-cache" in control
    assert "immutable" not in control
    assert "max-age" not in control


@pytest.mark.parametrize(
    "file_name", ["data.exe", "data", ".csv", "nothing.csv", "data.original", "data.xls", "data.csv.exe"]
)
def test_what_is_not_offered_is_not_found(site: Site, file_name: str) -> None:
    assert site.client.get(f"/download/{site.ids[0]}/{file_name}").status_code == 404


@pytest.mark.parametrize(
    ("file_name", "expected"),
    [
        ("a.csv", ("a", "csv")),
        ("a.excel.csv", ("a", "excel.csv")),
        ("a.b.csv", ("a.b", "csv")),
        ("a.original", ("a", "original")),
    ],
)
def test_a_file_name_is_a_part_and_a_format(file_name: str, expected: tuple[str, str]) -> None:
    assert split_file_name(file_name) == expected


def test_an_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(NotFound, match=r"excel\.csv.*parquet.*original"):
        split_file_name("a.pdf")


def test_a_made_file_that_the_store_lost_is_made_again(site: Site) -> None:
    first = _get(site)
    (key,) = site.parts.store.list_keys("spool/")
    site.parts.store.delete(key)
    assert _get(site).data == first.data


def test_a_made_file_that_was_cut_short_is_made_again(site: Site) -> None:
    first = _get(site)
    (key,) = site.parts.store.list_keys("spool/")
    path = site.parts.store.local_path(key)
    path.chmod(0o644)
    path.write_bytes(first.data[:100])
    assert _get(site).data == first.data
    assert _get(site, Range="bytes=150-159").data == first.data[150:160]


def test_a_table_that_the_store_lost_is_503_and_not_half_a_file(site: Site) -> None:
    for key in list(site.parts.store.list_keys("tables/")):
        site.parts.store.delete(key)
    answer = _get(site, "parquet")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_download_is_a_use_and_asking_about_it_is_none(site: Site) -> None:
    from portal.http.uses import use_notes

    with site.app.app_context():
        notes = use_notes()
    _get(site)
    assert notes.write() == 1
    tag = _get(site).headers["ETag"]
    notes.write()
    _get(site, If_None_Match=tag)
    site.client.head(f"/download/{site.ids[0]}/data.csv")
    _get(site, Range="bytes=4-9")
    assert notes.write() == 0
