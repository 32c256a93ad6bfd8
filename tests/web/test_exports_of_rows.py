"""The page of a table's rows offers them as files, filtered and sorted as they are shown."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue.commands import finish_export_job
from portal.catalogue.export_jobs import _KILLED
from portal.exports.questions import ask
from portal.exports.saying import say
from portal.exports.work import _FAULT, FileWork, make_next_file
from portal.http.files import making
from portal.kernel.columns import TableSchema
from portal.kernel.vocab import ColumnType
from portal.settings import Settings
from portal.tables import SortKey, condition_from_filters
from portal.web.jobs import ERRORS
from tests.http.site import Site, generous, open_site
from tests.tables.tables import columns_of

SCHEMA = TableSchema(
    columns_of(
        {'名 "称"': ColumnType.TEXT, "数量": ColumnType.INTEGER, "价": ColumnType.NUMBER, "日期": ColumnType.DATE}
    )
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = tmp_path_factory.mktemp("exports-of-rows") / "var"
    with open_site(generous(Settings(var_dir=var, secret_key="00" * 32)), 1, is_indexed=False) as opened:
        yield opened


def links(site: Site, path: str) -> dict[str, str]:
    text = site.client.get(path).get_data(as_text=True)
    found = [unescape(href) for href in re.findall(r'class="get" href="([^"]+)"', text)]
    return {re.sub(r".*/data\.([a-z.]+).*", r"\1", href): href for href in found}


def test_the_files_of_a_filtered_page_have_its_rows_in_its_order(site: Site) -> None:
    page = f"/zh/dataset/{site.ids[0]}/data/data?f.名称=小&min.数量=5&order=-数量"
    found = links(site, page)
    assert set(found) == {"csv", "excel.csv", "xlsx", "json", "jsonl", "xml", "parquet"}
    rows = list(csv.DictReader(io.StringIO(site.client.get(found["csv"]).get_data(as_text=True))))
    shown = site.client.get(
        f"/api/v1/datasets/{site.ids[0]}/tables/data/rows",
        query_string={"where": "名称 contains '小' and 数量 >= 5", "order_by": "数量 desc", "limit": 1000},
    ).get_json()["rows"]
    assert shown
    assert [row["名称"] for row in rows] == [row["名称"] for row in shown]


def test_without_a_filter_they_are_the_files_of_the_whole_table(site: Site) -> None:
    found = links(site, f"/en/dataset/{site.ids[0]}/data/data")
    assert all("?" not in href and "@v1/" in href for href in found.values())


def test_what_takes_long_leads_to_a_page_that_waits_and_then_to_the_file(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MAX_CELLS", 0)
    href = links(site, f"/en/dataset/{site.ids[0]}/data/data?max.数量=7")["jsonl"]
    answer = site.client.get(href, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 303
    page = answer.headers["Location"]
    for path, words in ((page, "The rows are being looked for."), (page.replace("/en/", "/zh/"), "正在查找数据行。")):
        assert words in site.client.get(path).get_data(as_text=True)
    parts = site.parts
    make_next_file(FileWork(parts.settings, parts.database, parts.store, parts.rows, parts.settings.var_dir / "work"))
    ready = site.client.get(page).get_data(as_text=True)
    assert "It is kept until" in ready
    file = unescape(re.findall(r'class="button" href="([^"]+)"', ready)[0])
    assert site.client.get(file).status_code == 200


def test_why_a_file_failed_is_told_in_the_readers_language(site: Site) -> None:
    assert set(ERRORS) == {_KILLED, _FAULT}
    address, browser = f"/download/{site.ids[0]}/data.xlsx", {"Accept": "text/html", "Accept-Language": "en"}
    page = site.client.get(address, headers=browser).headers["Location"]
    with site.parts.database.transaction() as session:
        finish_export_job(session, page.rsplit("/", 1)[1], datetime.now(UTC), error=_KILLED)
    english, chinese = (site.client.get(path).text for path in (page, page.replace("/en/", "/zh/")))
    assert _KILLED in english
    assert "Have it made again" in english
    assert "多次中断" in chinese
    assert _KILLED not in chinese


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just('f.名 "称"'), st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=9)),
            st.tuples(st.sampled_from(["f.数量", "min.数量", "max.价"]), st.integers(-(10**12), 10**12).map(str)),
            st.tuples(st.just("min.价"), st.floats(-1e15, 1e15).map(repr)),
            st.tuples(st.sampled_from(["f.日期", "max.日期"]), st.dates().map(str)),
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_what_a_form_asks_for_means_the_same_as_a_clause(fields: list[tuple[str, str]], is_descending: bool) -> None:
    given_fields: dict[str, list[str]] = {}
    for name, value in fields:
        given_fields.setdefault(name, []).append(value)
    condition = condition_from_filters(given_fields, SCHEMA)
    order = (SortKey('名 "称"', is_descending),)
    question = ask(say(condition, order), SCHEMA)
    assert question is not None
    assert question.query.where == condition
    assert question.query.order_by == order
