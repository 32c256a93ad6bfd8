"""Statements are cut into clauses and told as a call of the portal's own API; none is run."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.ckan.datastore.statements import NotSimple, Select, parse_select_statement
from portal.kernel.vocab import ColumnType
from tests.ckan.tables import publish_table
from tests.http.site import Site

TYPES = {"district": ColumnType.TEXT, "year": ColumnType.INTEGER, "列名 a": ColumnType.TEXT}
ROWS = [("灣仔", 2001, "v1"), ("東區", 2002, "v2"), ("灣仔", 2003, "(v; 3 )")]
_PIECES = ["select", "*", "district", "from", '"x-y"', "where", "year", ">", "1", "group by", "order by", "limit", "(", ")", ",",
           "'a;'", "count", "join", ";", "as", "and", "."]  # fmt: skip


@pytest.fixture(scope="module")
def resource(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    return publish_table(site, tmp_path_factory.mktemp("sql"), TYPES, ROWS, number=500)


def test_a_statement_is_cut_into_its_clauses() -> None:
    sql = (
        "SELECT t.district, count(*) AS n FROM \"x-y\" AS t WHERE district LIKE '%( ;)%' "
        "GROUP BY t.district ORDER BY n DESC LIMIT 3;"
    )
    assert parse_select_statement(sql) == Select(
        "x-y",
        {
            "select": "district, count(*) AS n",
            "where": "district LIKE '%( ;)%'",
            "group_by": "district",
            "order_by": "n DESC",
        },
        limit=3,
    )


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT 1", "too early"),
        ("SELECT a.id FROM a JOIN b ON a.id = b.id", "joins"),
        ("WITH x AS (SELECT 1 FROM y) SELECT a FROM x", "WITH"),
        ("SELECT a FROM (SELECT 1 FROM x) t", "inside a query"),
        ("SELECT a FROM x UNION SELECT a FROM y", "unions"),
        ("SELECT b.a FROM x", "no name of its table"),
        ("", "too early"),
        ("(" * 100, "parentheses"),
    ],
)
def test_what_is_no_simple_select_is_named(sql: str, told: str) -> None:
    with pytest.raises(NotSimple, match=told):
        parse_select_statement(sql)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=25).map(" ".join) | st.text(max_size=40))
def test_any_text_is_cut_or_refused(sql: str) -> None:
    try:
        assert parse_select_statement(sql).table
    except NotSimple as error:
        assert str(error)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT * FROM {t} LIMIT 2", [["灣仔", 2001, "v1"], ["東區", 2002, "v2"]]),
        (
            "SELECT year FROM {t} WHERE \"列名 a\" LIKE '(v; %' OR year < 2002 ORDER BY year DESC NULLS LAST",
            [[2003], [2001]],
        ),
        ("SELECT district, count(*) AS n FROM {t} GROUP BY district ORDER BY n DESC", [["灣仔", 2], ["東區", 1]]),
        ("select distinct x.district from {t} x order by district", [["東區"], ["灣仔"]]),
        (
            "SELECT district, count(*) FROM {t} WHERE year > 5 AND district LIKE '灣%' GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
            [["灣仔", 2]],
        ),
        (
            'SELECT year AS y, year * 2 AS "d, 2" FROM {t} ORDER BY 2 desc, 1',
            [[2003, 4006], [2002, 4004], [2001, 4002]],
        ),
        ("SELECT year FROM {t} WHERE \"列名 a\" = '-- ; /*' OR year = 2002", [[2002]]),
    ],
)
def test_the_equivalent_call_answers_the_statement(site: Site, resource: str, sql: str, rows: list[object]) -> None:
    answer = site.client.get("/api/3/action/datastore_search_sql", query_string={"sql": sql.format(t=f'"{resource}"')})
    assert answer.status_code == 409
    address = urlsplit(answer.get_json()["error"]["equivalent"])
    assert "layout" not in parse_qs(address.query)
    found = site.client.get(f"{address.path}?{address.query}&layout=arrays")
    assert (found.status_code, found.get_json().get("rows")) == (200, rows), found.text


@pytest.mark.parametrize(
    ("sql", "status", "told"),
    [
        ("DELETE FROM {t}", 409, "Invalid query AST element: DeleteStmt"),
        ("SELECT 1 FROM {t}; SELECT 2", 409, "Query is not a single statement"),
        ("SELECT * FROM pg_user", 403, "Access denied: Not authorized to access system tables"),
        ('SELECT * FROM "aaaaaaaaaaaaaaaa-data"', 404, "Not found"),
        ("SELECT nosuch FROM {t}", 409, "no column 'nosuch'"),
        ("SELECT row_to_json(district) FROM {t}", 409, "no function"),
        ("SELECT year FROM {t} ORDER BY 2", 409, "place 2 is not in the list"),
        ("SELECT year FROM {t} -- all of them", 409, "comments"),
        ("SELECT /* x */ year FROM {t}", 409, "comments"),
        ("SELECT year FROM {t} LIMIT 0", 409, "no row"),
        ("SELECT", 409, "too early"),
        ("SELECT a.year FROM {t} a, {t} b", 409, "not understood"),
        ("SELECT pg_sleep(10) FROM {t}", 409, "no function"),
    ],
)
def test_other_statements_are_refused_in_ckans_statuses(
    site: Site, resource: str, sql: str, status: int, told: str
) -> None:
    answer = site.client.post("/api/3/action/datastore_search_sql", json={"sql": sql.format(t=f'"{resource}"')})
    assert answer.status_code == status
    error = answer.get_json()["error"]
    assert told in error["message"]
    assert "equivalent" not in error
