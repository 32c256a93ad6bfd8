"""OAI-PMH through sickle, which knows nothing of us, and by hand where it could not ask so wrongly."""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as Xml

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.catalogue.changes import announce_changes
from portal.catalogue.objections import Objection
from portal.exports.metadata.oai import OAI, oai_instant
from portal.kernel.principal import Principal
from portal.kernel.text import Language
from portal.participation.objections import file_objection, reject_objection
from tests.builders import NOW, build_catalogue
from tests.http.site import Site, counted_statements
from tests.linked.conftest import DATASETS

with warnings.catch_warnings():  # its own escape sequences, where it is compiled
    warnings.simplefilter("ignore")
    from sickle import Sickle
    from sickle.oaiexceptions import NoRecordsMatch

ERRORS = {
    "badVerb": ["", "verb=Nothing", "verb=Identify&verb=Identify"],
    "badArgument": [
        "verb=Identify&more=1",
        "verb=ListRecords",
        "verb=GetRecord&identifier=x",
        "verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-13-01",
        "verb=ListRecords&metadataPrefix=oai_dc&from=yesterday",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-01&until=2026-01-01",
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-01&until=2026-03-01T00:00:00Z",
        "verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x",
        "verb=ListRecords&metadataPrefix=oai_dc&until=9999-12-31&from=99999-01-01",
        "verb=ListRecords&metadataPrefix=oai_dc&from=",
        "verb=ListRecords&metadataPrefix=oai_dc&set=",
    ],
    "badResumptionToken": [
        "verb=ListRecords&resumptionToken=x",
        "verb=ListRecords&resumptionToken=W10",
        "verb=ListRecords&resumptionToken=%00%ff",
        "verb=ListSets&resumptionToken=x",
    ],
    "cannotDisseminateFormat": ["verb=ListRecords&metadataPrefix=marc", "verb=GetRecord&identifier=x&metadataPrefix=y"],
    "idDoesNotExist": [
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:127.0.0.1:aaaaaaaaaaaaaaaa",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=%00",
        "verb=ListMetadataFormats&identifier=nonsense",
    ],
    "noRecordsMatch": [
        "verb=ListRecords&metadataPrefix=oai_dc&set=theme:nothing",
        "verb=ListRecords&metadataPrefix=oai_dc&set=%00",
        "verb=ListIdentifiers&metadataPrefix=oai_dc&until=1999-01-01",
    ],
}


def announce(site: Site, now: datetime) -> None:
    """What the worker does every two seconds."""
    with site.parts.database.transaction() as session:
        announce_changes(session, now)


@pytest.fixture
def sickle(base: str) -> Iterator[Sickle]:
    opened = Sickle(f"{base}/oai")
    yield opened


@pytest.mark.parametrize(("code", "query"), [(code, query) for code, asked in ERRORS.items() for query in asked])
def test_every_error_of_the_protocol_is_told(client: FlaskClient, code: str, query: str) -> None:
    for answer in (
        client.get(f"/oai?{query}"),
        client.post("/oai", data=query, content_type="application/x-www-form-urlencoded"),
    ):
        assert answer.status_code == 200
        root = Xml.fromstring(answer.data)
        assert [error.get("code") for error in root.findall(f"{{{OAI}}}error")] == [code]
        request = root.find(f"{{{OAI}}}request")
        assert request is not None
        assert (code in {"badVerb", "badArgument"}) == (request.attrib == {})


@pytest.mark.parametrize("prefix", ["oai_dc", "dcat"])
def test_a_walk_meets_every_record_once(sickle: Sickle, site: Site, prefix: str) -> None:
    records = list(sickle.ListRecords(metadataPrefix=prefix))
    names = [record.header.identifier for record in records]
    assert len(names) == len(set(names)) == DATASETS
    assert {name.rsplit(":", 1)[1] for name in names} == set(site.ids)
    if prefix == "oai_dc":
        assert all(record.metadata["title"] and record.metadata["type"] == ["Dataset"] for record in records)


def test_who_we_are(sickle: Sickle, base: str) -> None:
    identity = sickle.Identify()
    assert identity.deletedRecord == "persistent"
    assert identity.granularity == "YYYY-MM-DDThh:mm:ssZ"
    assert identity.baseURL == f"{base}/oai"
    assert {form.metadataPrefix for form in sickle.ListMetadataFormats()} == {"oai_dc", "dcat"}


def test_sets_are_departments_and_themes_and_together_hold_all(sickle: Sickle, site: Site) -> None:
    specs = [one.setSpec for one in sickle.ListSets()]
    departments = [spec for spec in specs if spec.startswith("publisher:")]
    assert any(spec.startswith("theme:") for spec in specs)
    found = [
        header.identifier
        for spec in departments
        for header in sickle.ListIdentifiers(metadataPrefix="oai_dc", set=spec)
    ]
    assert len(found) == len(set(found)) == DATASETS


def test_what_was_withdrawn_is_told_by_name_and_date_alone(
    client: FlaskClient, site: Site, base: str, sickle: Sickle
) -> None:
    (new,) = build_catalogue(site.parts, 1, first=DATASETS + 7, rows=12)
    site.withdraw(new)
    name = f"oai:127.0.0.1:{new}"
    record = client.get(f"/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier={name}")
    top = Xml.fromstring(record.data).find(f".//{{{OAI}}}record")
    assert top is not None
    assert [child.tag.rpartition("}")[2] for child in top.iter()] == ["record", "header", "identifier", "datestamp"]
    since = oai_instant(datetime.now(UTC) - timedelta(hours=1))
    gone = list(sickle.ListIdentifiers(metadataPrefix="oai_dc", **{"from": since, "set": "theme:weather"}))
    assert (name, True) in [(header.identifier, header.deleted) for header in gone]
    assert not list(sickle.ListRecords(metadataPrefix="oai_dc", ignore_deleted=True, **{"from": since}))


def test_what_an_objection_hides_is_gone_until_it_is_shown_again(site: Site, sickle: Sickle) -> None:
    (new,) = build_catalogue(site.parts, 1, first=DATASETS + 9, rows=12)
    name, later = f"oai:127.0.0.1:{new}", datetime.now(UTC) + timedelta(days=2)
    announce(site, NOW)
    with site.parts.database.transaction() as session:
        words = {"ground": "personal", "statement": "第三行写的是我家的住址，请删除。", "contact": ""}
        file_objection(session, Principal(caller="a-somebody"), new, language=Language.ZH, now=later, **words)
    announce(site, later)
    hidden = sickle.GetRecord(identifier=name, metadataPrefix="oai_dc").header
    assert (hidden.deleted, hidden.datestamp) == (True, oai_instant(later))
    assert new not in site.client.get("/data.json").text
    answered = later + timedelta(hours=1)
    with site.parts.database.transaction() as session:
        (objection,) = session.scalars(select(Objection.id).where(Objection.dataset_id == new))
        reject_objection(session, objection, person="王审核", answer="该地址是机关办公地址。", now=answered)
    announce(site, answered)
    shown = sickle.GetRecord(identifier=name, metadataPrefix="oai_dc").header
    assert (shown.deleted, shown.datestamp) == (False, oai_instant(answered))
    site.withdraw(new)


def test_dates_select_to_the_second(sickle: Sickle) -> None:
    moment = oai_instant(NOW)
    assert len(list(sickle.ListIdentifiers(metadataPrefix="oai_dc", **{"from": moment, "until": moment}))) == DATASETS
    day = NOW.date().isoformat()
    assert len(list(sickle.ListIdentifiers(metadataPrefix="oai_dc", **{"from": day, "until": day}))) == DATASETS
    always = {"from": "0001-01-01", "until": "9999-12-31"}
    assert len(list(sickle.ListIdentifiers(metadataPrefix="oai_dc", ignore_deleted=True, **always))) == DATASETS
    with pytest.raises(NoRecordsMatch):
        sickle.ListIdentifiers(metadataPrefix="oai_dc", until=oai_instant(NOW - timedelta(seconds=1)))


def test_a_page_takes_the_same_few_statements_whatever_its_length(client: FlaskClient, site: Site) -> None:
    counts = []
    for query in ("verb=ListRecords&metadataPrefix=oai_dc", "verb=ListRecords&metadataPrefix=oai_dc&set=theme:weather"):
        with counted_statements(site) as seen:
            client.get(f"/oai?{query}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9


def test_the_same_answer_later_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/oai?verb=ListSets")
    assert client.get("/oai?verb=ListSets", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
