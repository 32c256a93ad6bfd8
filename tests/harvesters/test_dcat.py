"""DCAT feeds in every syntax, paged and not, ours and real ones."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harvesters import ConfigError, StopRun, check_config, hosts_of, open_source
from harvesters.errors import SkipRecord
from harvesters.protocols import Source
from harvesters.records import FilePart, LinkPart, RawRecord
from harvesters.testing import SourceContract, Subject
from tests.harvesters.conftest import Lines, serving
from tests.harvesters.dcat_feed import CONTENT_TYPES, Feed

FeedOpening = Callable[..., Source]


@pytest.fixture
def feed() -> Iterator[Feed]:
    server = Feed()
    yield from (server for _ in serving(server))


@pytest.fixture
def open_feed(feed: Feed, lines: Lines) -> FeedOpening:
    def opened(path: str = "/catalog", **config: object) -> Source:
        whole: dict[str, object] = {"base_url": feed.address + path} | config
        transport = lines.transport(hosts_of("dcat", whole))
        return open_source(
            "dcat", name="feed", config=whole, secret=None, transport=transport, sleep=lines.waits.append
        )

    return opened


def listed(source: Source) -> list[RawRecord]:
    return [record for page in source.list_records() for record in page.records]


class TestDcatPages(SourceContract):
    syntax, path = "turtle", "/catalog"

    @pytest.fixture
    def subject(self, feed: Feed, open_feed: FeedOpening, lines: Lines) -> Subject:
        feed.syntax = self.syntax

        def change(record_id: str) -> None:
            next(entry for entry in feed.entries if entry.id == record_id).modified = "2026-03-01T00:00:00"

        return Subject(
            open=lambda: open_feed(self.path, fetch_files=True),
            ids=frozenset(entry.id for entry in feed.entries),
            change_data=change,
            truncate=(lambda: setattr(feed, "is_short", True)) if self.path == "/catalog" else None,
            open_elsewhere=lambda: open_source(
                "dcat",
                name="elsewhere",
                config={"base_url": feed.address},
                secret=None,
                transport=lines.transport(frozenset({"feed.example"})),
            ),
        )


class TestDcatInXml(TestDcatPages):
    syntax = "xml"


class TestDcatInJsonLd(TestDcatPages):
    syntax = "json-ld"


class TestDataJson(TestDcatPages):
    path = "/data.json"


@pytest.mark.parametrize("syntax", CONTENT_TYPES)
def test_every_syntax_gives_the_same_records(feed: Feed, open_feed: FeedOpening, syntax: str) -> None:
    source = open_feed(fetch_files=True)
    feed.syntax = "turtle"
    expected = [source.map_record(record) for record in listed(source)]
    feed.syntax = syntax
    assert [source.map_record(record) for record in listed(open_feed(fetch_files=True))] == expected
    assert len(expected) == 5


def test_texts_keep_their_languages_and_simplified_chinese_comes_first(open_feed: FeedOpening) -> None:
    source = open_feed()
    record = source.map_record(listed(source)[0])
    assert record.titles == {"zh": "公交线路 1", "en": "Bus routes 1"}
    assert record.publisher_names == {"zh": "交通局", "en": "Transport Bureau"}
    assert record.keywords == {"zh": ("公交",), "en": ("bus",)}
    assert record.open_label == "PUBLIC"
    (part,) = record.parts
    assert isinstance(part, LinkPart)
    assert part.format_label == "CSV"


def test_a_title_in_other_languages_only_skips_that_record_and_names_them(feed: Feed, open_feed: FeedOpening) -> None:
    feed.entries[0].titles = {"de": "Buslinien", "fr": "Lignes de bus"}
    source = open_feed()
    with pytest.raises(SkipRecord, match="in de, fr only; Chinese or English is needed"):
        source.map_record(listed(source)[0])


def test_a_data_json_states_no_language_so_the_configuration_does(open_feed: FeedOpening) -> None:
    source = open_feed("/data.json", language="en", fetch_files=True)
    record = source.map_record(listed(source)[0])
    assert record.titles == {"en": "Bus routes 1"}
    assert (record.open_label, record.update_cycle_label) == ("public", "R/P1D")
    (part,) = record.parts
    assert isinstance(part, FilePart)
    assert (part.file_name, part.format_label) == ("1.csv", "CSV")


def test_what_a_feed_does_not_state_stays_blank_unless_the_configuration_says_it(
    feed: Feed, open_feed: FeedOpening
) -> None:
    feed.body = ("text/turtle", _dataset('dct:title "标题"@zh'))
    source = open_feed()
    assert source.map_record(listed(source)[0]).open_label == ""
    source = open_feed(labels={"open_label": "PUBLIC", "owner": "办公室"})
    record = source.map_record(listed(source)[0])
    assert (record.open_label, record.owner) == ("PUBLIC", "办公室")


def test_a_page_that_leads_to_another_host_is_not_followed(feed: Feed, open_feed: FeedOpening) -> None:
    feed.next_after_last = "http://elsewhere.example/catalog?page=9"
    with pytest.raises(StopRun, match=r"goes on at elsewhere\.example"):
        listed(open_feed())


def test_pages_that_lead_back_do_not_go_round_for_ever(feed: Feed, open_feed: FeedOpening) -> None:
    feed.next_after_last = f"{feed.address}/catalog?page=2"
    with pytest.raises(StopRun, match="do not end"):
        listed(open_feed())


@pytest.mark.parametrize("total", [4, 6])
def test_a_total_that_is_not_met_stops_the_run(feed: Feed, open_feed: FeedOpening, total: int) -> None:
    feed.states_total = total
    with pytest.raises(StopRun, match=f"states {total} datasets and describes 5"):
        listed(open_feed())


def test_a_page_cut_short_stops_the_run_and_is_not_taken_for_an_end(feed: Feed, open_feed: FeedOpening) -> None:
    for syntax, content_type in CONTENT_TYPES.items():
        feed.syntax, feed.body = syntax, None
        feed.body = (content_type, feed.page(1)[:-40])
        with pytest.raises((StopRun, Exception), match="whole"):
            listed(open_feed())


def test_outside_entities_of_xml_are_refused(feed: Feed, open_feed: FeedOpening, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    body = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]><rdf:RDF>&x;</rdf:RDF>'
    feed.body = ("application/rdf+xml", body.encode())
    with pytest.raises(StopRun, match="outside entities"):
        listed(open_feed())


def test_contexts_of_json_ld_are_fetched_by_the_guarded_client_alone(feed: Feed, open_feed: FeedOpening) -> None:
    for address in ("http://10.0.0.1/context.jsonld", "file:///etc/passwd", "http://127.0.0.1:9/context"):
        document = {"@context": address, "@id": "https://a.example/1", "@type": "Dataset", "title": "x"}
        feed.body = ("application/ld+json", json.dumps(document).encode())
        with pytest.raises(Exception, match=r"10\.0\.0\.1|file|127\.0\.0\.1:9"):
            listed(open_feed())


def test_a_context_of_the_feeds_own_host_is_put_in_its_place(feed: Feed, open_feed: FeedOpening) -> None:
    context = {"dcat": "http://www.w3.org/ns/dcat#", "title": "http://purl.org/dc/terms/title"}
    feed.contexts["/context"] = json.dumps({"@context": context}).encode()
    document = {
        "@context": f"{feed.address}/context",
        "@id": "https://a.example/1",
        "@type": "dcat:Dataset",
        "title": "一",
    }
    feed.body = ("application/ld+json", json.dumps(document).encode())
    source = open_feed()
    assert [source.map_record(record).titles for record in listed(source)] == [{"zh": "一"}]
    listed(source)
    assert feed.counters["/context"] == 1, "each context is fetched once in a run"


def test_entries_without_identifier_or_with_one_twice_are_named_and_the_rest_is_read(
    feed: Feed, open_feed: FeedOpening
) -> None:
    entries = [{"title": "a"}, {"identifier": "1", "title": "b"}, {"identifier": "1", "title": "c"}, "text"]
    feed.body = ("application/json", json.dumps({"dataset": entries}).encode())
    records = listed(open_feed())
    assert [record.id for record in records] == ["", "1", "", ""]
    assert [bool(record.problem) for record in records] == [True, False, True, True]


def test_blank_nodes_give_the_same_record_in_every_listing(feed: Feed, open_feed: FeedOpening) -> None:
    files = ", ".join(f"[ dcat:downloadURL <https://a.example/{name}.csv> ]" for name in "ba")
    statements = f'dct:title "标题"@zh ; dcat:distribution {files}'
    feed.body = ("text/turtle", _dataset(statements))
    first, second = listed(open_feed()), listed(open_feed())
    assert [(r.raw, r.data_stamp) for r in first] == [(r.raw, r.data_stamp) for r in second]


def test_an_html_page_and_an_endless_page_are_refused(feed: Feed, open_feed: FeedOpening) -> None:
    feed.body = ("text/html", b"<!doctype html><title>login</title>")
    with pytest.raises(StopRun, match="HTML page"):
        listed(open_feed())
    feed.body = ("text/turtle", b"# " + b"x" * 5000)
    with pytest.raises(StopRun, match="page_bytes"):
        listed(open_feed(page_bytes=4096))


def test_faults_of_the_configuration_are_told() -> None:
    with pytest.raises(ConfigError, match="'syntax' must be one of auto, turtle, rdf_xml, json_ld, data_json"):
        check_config("dcat", {"base_url": "https://a.example", "syntax": "n3"})


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "content_type", "counts"),
    [
        ("dcat_rdf/govdata_de/catalog-endpoint.rdf", "application/rdf+xml", (6, 0)),
        ("dcat_rdf/ckanext-dcat_examples/dcat/catalog_with_at_graph.jsonld", "application/ld+json", (1, 0)),
        ("dcat_rdf/ckanext-dcat_examples/dcat/dataset_health_multilingual.ttl", "text/turtle", (1, 0)),
        ("dcat_rdf/ckanext-dcat_examples/dcat/dataset_sweden.rdf", "application/rdf+xml", (1, 0)),
        ("us_dcat_data_json_2025-02-04/fcc.json", "application/json", (58, 1)),
        ("us_dcat_data_json_2025-02-04/gsa.json", "application/json", (338, 1)),
        ("us_dcat_data_json_2025-02-04/opm.json", "application/json", (134, 0)),
        ("us_harvest_examples/ckanext-datajson/missing-identifier-title.data.json", "application/json", (1, 2)),
    ],
)
def test_real_feeds_are_read_whole(  # one is skipped for each dataset with an ftp address or without an identifier
    feed: Feed, open_feed: FeedOpening, shared_data: Path, *, name: str, content_type: str, counts: tuple[int, int]
) -> None:
    feed.body = (content_type, (shared_data / "catalogues" / name).read_bytes())
    source = open_feed(language="en")
    mapped, skipped = 0, []
    for record in listed(source):
        try:
            source.map_record(record)
            mapped += 1
        except SkipRecord as error:
            skipped.append(str(error))
    assert (mapped, len(skipped)) == counts, skipped


def _dataset(statements: str) -> bytes:
    return (
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
        f"<https://a.example/1> a dcat:Dataset ; {statements} ."
    ).encode()
