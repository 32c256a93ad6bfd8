"""Dumps: one file of all rows, in CKAN's formats."""

import csv
import io
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from portal.ckan.dump import MAX_CELLS
from portal.kernel.vocab import ColumnType
from tests.ckan.tables import publish_table
from tests.http.site import Site

TYPES = {
    "n": ColumnType.INTEGER,
    "x": ColumnType.NUMBER,
    "t": ColumnType.TEXT,
    "b": ColumnType.BOOLEAN,
    "列名 a": ColumnType.TEXT,
}
ROWS = [(1, 1.5, "a,b", True, "甲"), (2, 2.0, "", False, "乙 & <c>"), (None, None, None, None, "x\x01y")]
LONG = 40_000


@pytest.fixture(scope="module")
def resource(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    return publish_table(site, tmp_path_factory.mktemp("dump"), TYPES, ROWS, number=700)


@pytest.fixture(scope="module")
def long_resource(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    rows = [(k, f"row {k % 10}") for k in range(LONG)]
    types = {"n": ColumnType.INTEGER, "t": ColumnType.TEXT}
    return publish_table(site, tmp_path_factory.mktemp("long-dump"), types, rows, number=701)


def dumped(site: Site, resource: str, **parameters: object) -> bytes:
    answer = site.client.get(f"/datastore/dump/{resource}", query_string=parameters)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    found: bytes = answer.data
    return found


def test_lines_have_a_header_and_the_row_numbers(site: Site, resource: str) -> None:
    assert (
        dumped(site, resource)
        == ('_id,n,x,t,b,列名 a\r\n1,1,1.5,"a,b",t,甲\n2,2,2,"",f,乙 & <c>\n3,,,,,x\x01y\n').encode()
    )
    assert dumped(site, resource, format="tsv", fields="n,b", limit=1, bom="true").decode() == "\ufeffn\tb\r\n1\tt\n"


def test_json_holds_fields_and_lists(site: Site, resource: str) -> None:
    answer = site.client.get(f"/datastore/dump/{resource}?format=json&offset=1&fields=_id,x,b")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{resource}.json"'
    assert answer.get_json(force=True) == {
        "fields": [{"id": "_id", "type": "int"}, {"id": "x", "type": "float8"}, {"id": "b", "type": "bool"}],
        "records": [[2, 2, False], [3, None, None]],
    }


def test_xml_is_read_by_a_parser(site: Site, resource: str) -> None:
    rows = ET.fromstring(dumped(site, resource, format="xml")).findall("row")
    assert [row.get("_id") for row in rows] == ["1", "2", "3"]
    assert [cell.text for cell in rows[1]] == ["2", "2", None, "False", "乙 & <c>"]
    assert rows[2][0].get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true"
    assert rows[2][4].text == "x\ufffdy"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, list(range(LONG))),
        ({"sort": "n desc", "limit": 35_000}, list(range(LONG))[::-1][:35_000]),
        ({"offset": 3, "limit": 33_000}, list(range(3, 33_003))),
        ({"filters": '{"t":"row 3"}', "sort": "n desc"}, list(range(3, LONG, 10))[::-1]),
        ({"q": "row 7", "limit": 2}, [7, 17]),
    ],
)
def test_a_long_dump_has_every_row_in_its_order(
    site: Site, long_resource: str, parameters: dict[str, object], expected: list[int]
) -> None:
    lines = list(csv.DictReader(io.StringIO(dumped(site, long_resource, **parameters).decode())))
    assert [int(line["n"]) for line in lines] == expected
    assert [int(line["_id"]) - 1 for line in lines] == expected


def test_a_long_dump_is_written_as_a_short_one(site: Site, tmp_path: Path) -> None:
    types = {**TYPES, "d": ColumnType.DATE, "ts": ColumnType.DATETIME}
    moment = datetime(2024, 1, 2, 3, 4, 5, 678000)
    cells = [
        (1, 1.5, "a,b", True, "甲", moment.date(), moment),
        (-2, 2.0, 'q"q', False, "tab\there", None, None),
        (None, None, None, None, "l\nm", moment.date(), moment.replace(microsecond=0)),
        (3, 1e20, " s ", None, "x", None, moment),
        (4, -0.25, "", None, "y", None, None),
    ]
    long = publish_table(site, tmp_path / "long", types, cells * 6_600, number=702)
    short = publish_table(site, tmp_path / "short", types, cells, number=703)
    for format_name in ("csv", "tsv"):
        fields = ",".join(types)
        head, _, lines = dumped(site, short, format=format_name, fields=fields).partition(b"\r\n")
        assert dumped(site, long, format=format_name, fields=fields) == head + b"\r\n" + lines * 6_600
    rows = dumped(site, long, format="json", fields="n").decode().count("\n    [")
    assert rows == len(cells) * 6_600


def test_distinct_rows_are_dumped_once(site: Site, long_resource: str) -> None:
    lines = dumped(site, long_resource, fields="t", distinct="true", sort="t").decode().split()
    assert lines == ["t", *(word for k in range(10) for word in ("row", str(k)))]


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"fields": "nosuch"}, 'fields: invalid value "nosuch"'),
        ({"format": "xls"}, "format: Value must be one of"),
        ({"filters": "{"}, "filters: Cannot parse JSON"),
        ({"limit": "x"}, "limit: Invalid integer"),
        ({"offset": "-1"}, "offset: invalid value"),
        ({"filters": '{"n":"x"}'}, "query: Invalid query"),
    ],
)
def test_what_cannot_be_dumped_is_told_in_plain_text(
    site: Site, resource: str, parameters: dict[str, str], told: str
) -> None:
    answer = site.client.get(f"/datastore/dump/{resource}", query_string=parameters)
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert told in answer.text


def test_an_unknown_resource_has_no_dump(site: Site) -> None:
    answer = site.client.get("/datastore/dump/aaaaaaaaaaaaaaaa-data")
    assert (answer.status_code, answer.text) == (404, "DataStore resource not found\n")


def test_more_than_a_dump_holds_is_refused_with_the_address_of_the_whole(
    site: Site, long_resource: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MAX_CELLS, "csv", 1_000)
    answer = site.client.get(f"/datastore/dump/{long_resource}?fields=t,n,_id")  # another one may be kept
    assert answer.status_code == 400
    assert "/download/" in answer.text
    assert dumped(site, long_resource, limit=10).count(b"\n") == 11
    assert dumped(site, long_resource, filters='{"_id":{"lte":10}}').count(b"\n") == 11


def test_a_dump_can_be_resumed_and_asked_for_again(site: Site, long_resource: str) -> None:
    address = f"/datastore/dump/{long_resource}?format=tsv&bom=true"
    head = site.client.head(address)
    assert (head.status_code, head.headers.get("Content-Length")) == (200, None)
    whole = site.client.get(address)
    tag = whole.headers["ETag"]
    assert whole.headers["Accept-Ranges"] == "bytes"
    rest = site.client.get(address, headers={"Range": "bytes=1000-", "If-Range": tag})
    assert (rest.status_code, rest.data) == (206, whole.data[1000:])
    assert site.client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert site.client.get(address, headers={"Range": f"bytes={len(whole.data)}-"}).status_code == 416
    head = site.client.head(address)
    assert (head.headers["ETag"], int(head.headers["Content-Length"])) == (tag, len(whole.data))
    others = (f"{address}&fields=n", f"{address}&limit=3", f"{address}&sort=n desc", f"{address}&offset=1")
    assert len({site.client.get(other).headers["ETag"] for other in others} | {tag}) == 5


def test_nothing_of_a_dump_is_left_behind(site: Site, long_resource: str) -> None:
    dumped(site, long_resource)
    spool = site.parts.settings.var_dir / "spool"
    assert [path for path in spool.rglob("*") if path.name.startswith(("dump", "answer"))] == []
