"""The 243 real packages of a Chinese and English government, served as a CKAN."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from harvesters import hosts_of, open_source
from harvesters.formats import read_format
from harvesters.languages import read_languages
from harvesters.records import DatasetRecord, LinkPart
from portal.gate import ValueMapping
from tests.ckan_server.server import CkanServer, Package, read_packages
from tests.harvesters.conftest import Lines

pytestmark = pytest.mark.shared
MAPPING = Path(__file__).parent / "mappings" / "hk.json"


@pytest.fixture
def packages(shared_data: Path) -> list[Package]:
    return read_packages(shared_data / "catalogues" / "hk_ckan_package_show" / "api_details")


@pytest.fixture
def records(packages: list[Package], lines: Lines) -> Iterator[list[DatasetRecord]]:
    server = CkanServer(packages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    config = {"base_url": server.address, "labels": {"grade_label": "public data"}}
    source = open_source(
        "ckan", name="hk", config=config, secret=None, transport=lines.transport(hosts_of("ckan", config))
    )
    try:
        yield [source.map_record(record) for page in source.list_records() for record in page.records]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def links(records: list[DatasetRecord]) -> list[LinkPart]:
    return [part for record in records for part in record.parts if isinstance(part, LinkPart)]


def test_every_package_is_mapped_with_all_its_resources(packages: list[Package], records: list[DatasetRecord]) -> None:
    assert len(records) == len(packages) == 243
    assert len(links(records)) == sum(len(package["resources"]) for package in packages) == 2243
    assert all(record.titles["zh"] and record.publisher_names["zh"] and record.theme_labels for record in records)


def test_every_format_has_one_name(records: list[DatasetRecord]) -> None:
    found = Counter(part.format_label for part in links(records))
    assert found == {
        "XLS": 962, "CSV": 849, "XLSX": 270, "JSON": 81, "XML": 44, "ZIP": 27, "RSS": 9, "GML": 1,
    }  # fmt: skip
    assert all(read_format(name).is_known for name in found)


def test_every_language_label_is_understood(packages: list[Package], records: list[DatasetRecord]) -> None:
    written = {str(r["inLanguage"]) for package in packages for r in package["resources"] if r.get("inLanguage")}
    assert {label: read_languages(label).unknown for label in written} == dict.fromkeys(written, ())
    assert Counter(part.language_label for part in links(records)) == {
        "": 1544, "en": 225, "zh-Hant": 178, "zh-Hans": 145, "en, zh-Hant": 85, "en, zh-Hant, zh-Hans": 64,
        "zh-Hant, zh-Hans": 2,
    }  # fmt: skip


def test_the_mapping_knows_every_label_that_decides_or_describes(records: list[DatasetRecord]) -> None:
    mapping = ValueMapping.parse(json.loads(MAPPING.read_text("utf-8")))
    assert {record.open_label for record in records} == {"public"}
    assert all(mapping.meaning("open_label", record.open_label) for record in records)
    assert all(mapping.meaning("grade_label", record.grade_label) for record in records)
    assert {label for record in records for label in record.theme_labels if not mapping.theme(label)} == set()
    cycles = {record.update_cycle_label for record in records}
    assert {label for label in cycles if not mapping.meaning("update_cycle_label", label)} == set()
