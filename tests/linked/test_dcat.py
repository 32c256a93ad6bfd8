"""DCAT-AP: valid under its shapes in every syntax, walked by harvesters, the same for everybody."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyshacl
import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, Literal, URIRef

from harvesters import hosts_of, open_source
from portal.catalogue.queries import get_dataset
from portal.catalogue.views import DatasetView, Ref
from portal.exports.metadata.dcat import DCAT, HYDRA
from portal.exports.metadata.dcat_catalogue import describe_one
from portal.exports.metadata.site import Site as Described
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Text
from portal.kernel.vocab import Openness, PartKind
from tests.harvesters.conftest import Lines, lines  # noqa: F401 - a fixture
from tests.http.site import Site, counted_statements
from tests.linked.conftest import DATASETS

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own

SYNTAXES = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
CHECKED = ("html/shacl/shapes.ttl", "html/shacl/range.ttl", "html/shacl/deprecateduris.ttl", "shacl/dcat-ap-SHACL.ttl")


def view_of(site: Site, number: int = 0) -> DatasetView:
    with site.parts.database.reading() as session:
        return get_dataset(session, ANONYMOUS, Ref(site.ids[number]))


def graph_of(client: FlaskClient, path: str) -> Graph:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.data, format=SYNTAXES[path.partition("?")[0].rsplit(".", 1)[1]])


def check_shapes(graph: Graph, shared_data: Path) -> None:
    for name in CHECKED:
        shapes = Graph().parse(shared_data / "standards" / "dcat-ap" / "3.0.0" / name)
        is_valid, _, told = pyshacl.validate(graph, shacl_graph=shapes, allow_warnings=True)
        assert is_valid, (name, told[:3_000])


def test_the_catalogue_is_valid_dcat_ap(client: FlaskClient, shared_data: Path) -> None:
    check_shapes(graph_of(client, "/catalog.ttl?page=3"), shared_data)


@pytest.mark.parametrize(
    "change",
    [
        lambda view: replace(view, openness=Openness.CONDITIONAL, open_condition="仅供科研"),
        lambda view: replace(view, licence="https://example.org/a licence", themes=()),
        lambda view: replace(view, card=replace(view.card, title=Text(), description=Text())),
        lambda view: replace(
            view,
            licence="",
            parts=tuple(
                replace(p, kind=PartKind.LINK, format="web page", media_type="", url="https://example.org/a b?<c>")
                for p in view.parts
            ),
        ),
        lambda view: replace(view, is_current=False, card=replace(view.card, title=Text.of("a\x0bb", "\x00c"))),
    ],
    ids=["conditional", "licence by address", "without words", "a link", "an old version with broken words"],
)
def test_every_kind_of_dataset_is_valid_in_every_syntax(
    site: Site, change: Callable[[DatasetView], DatasetView], shared_data: Path
) -> None:
    graph = describe_one(change(view_of(site)), Described.of(site.parts.settings))
    # without blank nodes, equal graphs have equal statements
    read = [set(Graph().parse(data=graph.serialize(format=x), format=x)) for x in SYNTAXES.values()]
    assert read[0] == read[1] == read[2]
    check_shapes(graph, shared_data)


def test_of_a_conditional_dataset_no_file_is_named(site: Site) -> None:
    view = view_of(site)
    held_back = replace(view, openness=Openness.CONDITIONAL)
    told = describe_one(held_back, Described.of(site.parts.settings)).serialize(format="turtle")
    assert "/download/" not in told
    assert "access-right/RESTRICTED" in told
    assert str(view.parts[0].sha256) not in told


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_walk_over_all_pages_meets_every_dataset_once(client: FlaskClient, site: Site, syntax: str) -> None:
    seen: list[str] = []
    address: str | None = f"/catalog.{syntax}"
    while address:
        graph = graph_of(client, address.removeprefix(site.parts.settings.base_url))
        seen += [str(node) for node in graph.objects(None, DCAT.dataset)]
        assert list(graph.objects(None, HYDRA.totalItems)) == [Literal(DATASETS)]
        address = next((str(following) for following in graph.objects(None, HYDRA.next)), None)
    assert sorted(seen) == sorted(f"{site.parts.settings.base_url}/dataset/{i}" for i in site.ids)


def test_pages_by_their_number_hold_the_same(client: FlaskClient) -> None:
    by_number = [set(graph_of(client, f"/catalog.ttl?page={n}").objects(None, DCAT.dataset)) for n in (1, 2, 3)]
    assert [len(page) for page in by_number] == [100, 100, DATASETS - 200]
    assert len(set().union(*by_number)) == DATASETS
    assert client.get("/catalog.ttl?page=4").status_code == 404
    assert client.get("/catalog.ttl?page=0").status_code == 400
    assert client.get("/catalog.ttl?after=../../x").status_code == 400
    assert client.get("/catalog.ttl?pge=1").status_code == 400


@pytest.mark.parametrize("path", ["/catalog", "/data.json"])
def test_the_portal_harvests_itself(site: Site, base: str, path: str, lines: Lines) -> None:  # noqa: F811 - the fixture
    config = {"base_url": base + path}
    source = open_source(
        "dcat", name="self", config=config, secret=None, transport=lines.transport(hosts_of("dcat", config))
    )
    records = [record for page in source.list_records() for record in page.records]
    assert len(records) == DATASETS
    assert {record.id.rsplit("/", 1)[1] for record in records} == set(site.ids)


def test_a_page_of_a_hundred_takes_as_many_statements_as_one_of_thirty(client: FlaskClient, site: Site) -> None:
    counts = []
    for page in (1, 3):
        with counted_statements(site) as seen:
            client.get(f"/catalog.rdf?page={page}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10


def test_who_has_a_page_already_gets_304_and_nobody_makes_it(client: FlaskClient) -> None:
    first = client.get("/catalog.ttl")
    again = client.get("/catalog.ttl", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/catalog.rdf", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_version_is_pinned_by_its_address(client: FlaskClient, site: Site, base: str) -> None:
    graph = graph_of(client, f"/dataset/{site.ids[0]}@v1.ttl")
    assert list(graph.subjects(RDF.type, DCAT.Dataset)) == [URIRef(f"{base}/dataset/{site.ids[0]}")]
    assert client.get(f"/dataset/{site.ids[0]}@v9.ttl").status_code == 404
