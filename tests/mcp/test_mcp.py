"""The official client speaks to the served portal as it does to any server; what it could not send is sent by hand."""

import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
from mcp import Client
from waitress.server import create_server

from portal.limits import BudgetClass
from portal.settings import Settings
from tests.http.site import Site, generous, open_site
from tests.services.processes import free_port

DATASETS = 20


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port = free_port()
    settings = Settings(
        var_dir=tmp_path_factory.mktemp("mcp") / "var", secret_key="00" * 32, base_url=f"http://127.0.0.1:{port}"
    )
    with open_site(generous(settings), DATASETS) as opened:
        server = create_server(opened.app, host="127.0.0.1", port=port)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield opened
        server.close()
        thread.join(timeout=5)


def asked(site: Site, work: Callable[[Client], Awaitable[Any]], mode: str = "auto") -> Any:
    """What the official client gets; `legacy` begins with a handshake."""

    async def run() -> Any:
        async with Client(f"{site.parts.settings.base_url}/mcp", mode=mode) as client:
            return await work(client)

    with ThreadPoolExecutor(
        1
    ) as apart:  # a thread of its own: a browser of other tests may have left its loop in this one
        return apart.submit(anyio.run, run).result()


def sent(site: Site, message: object, **headers: str) -> Any:
    return site.client.post("/mcp", json=message, headers=headers)


def call(name: str, **arguments: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_model_finds_describes_and_asks(site: Site, mode: str) -> None:
    async def work(client: Client) -> None:
        tools = await client.list_tools()
        assert [tool.name for tool in tools.tools] == ["search_datasets", "describe_dataset", "query_rows"]
        found = (await client.call_tool("search_datasets", {"query": "停车场"})).structured_content
        assert found is not None
        assert found["total"] >= 1
        dataset = found["datasets"][0]["id"]
        described = (await client.call_tool("describe_dataset", {"dataset": dataset})).structured_content
        assert described is not None
        table = described["tables"][0]
        assert {"name": "数量", "type": "integer"}.items() <= table["columns"][3].items()
        question = {
            "dataset": dataset,
            "table": table["name"],
            "select": "街道, count(*) as n, sum(数量) as total",
            "where": "数量 > 0",
            "group_by": "街道",
            "order_by": "n desc",
        }
        rows = (await client.call_tool("query_rows", question)).structured_content
        assert rows is not None
        assert [column["name"] for column in rows["columns"]] == ["街道", "n", "total"]
        assert sum(row[1] for row in rows["rows"]) in {39, 40}

    asked(site, work, mode)


def test_pages_of_rows_follow_each_other(site: Site) -> None:
    first = sent(site, call("query_rows", dataset=site.ids[0], table="data", limit=25)).json["result"][
        "structuredContent"
    ]
    rest = sent(
        site, call("query_rows", dataset=first["dataset"], table="data", limit=25, cursor=first["next_cursor"])
    ).json["result"]["structuredContent"]
    assert (len(first["rows"]), len(rest["rows"]), rest["next_cursor"]) == (25, 15, None)
    assert first["dataset"] == f"{site.ids[0]}@v1"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (call("query_rows", dataset="a" * 16, table="data"), "There is no dataset"),
        (call("query_rows", table="data"), "dataset: Missing data"),
        (call("query_rows", dataset="{id}", table="data", where="数量 >"), "where"),
        (call("query_rows", dataset="{id}", table="data", where="x" * 9_000), "where"),
        (call("query_rows", dataset="{id}", table="data", select="nothing"), "nothing"),
        (call("query_rows", dataset="{id}", table="other"), "no part other"),
        (call("query_rows", dataset="{id}", table="data", limit=501), "limit"),
        (call("query_rows", dataset="{id}", table="data", limit="5"), "limit"),
        (call("describe_dataset", dataset="{id}", more=1), "no argument 'more'. Known are: dataset."),
        (call("search_datasets", publisher="x"), "Known are: query, sort, limit, offset, "),
        (call("search_datasets", query="\x00"), "NUL"),
    ],
)
def test_a_tools_error_says_what_is_wrong(site: Site, message: dict[str, Any], words: str) -> None:
    arguments = message["params"]["arguments"]
    arguments = {name: site.ids[0] if value == "{id}" else value for name, value in arguments.items()}
    message = {**message, "params": {**message["params"], "arguments": arguments}}
    answer = sent(site, message)
    assert answer.status_code == 200
    assert answer.json["result"]["isError"] is True
    assert words in answer.json["result"]["content"][0]["text"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"[]", -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600),
        (b"\xff\xfe", -32700),
    ],
)
def test_what_is_no_message_is_refused(site: Site, body: bytes, code: int) -> None:
    answer = site.client.post("/mcp", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == code


def test_unknown_methods_versions_and_tools_are_told(site: Site) -> None:
    unknown = sent(site, {"jsonrpc": "2.0", "id": 1, "method": "resources/list"})
    assert (unknown.status_code, unknown.json["error"]["code"]) == (200, -32601)
    nothing = sent(site, call("drop_table"))
    assert nothing.json["error"]["code"] == -32602
    version = sent(site, {"jsonrpc": "2.0", "id": 1, "method": "ping"}, **{"MCP-Protocol-Version": "1999-01-01"})
    assert (version.status_code, version.json["error"]["code"]) == (400, -32022)
    assert "2025-06-18" in version.json["error"]["data"]["supported"]


def test_arguments_are_an_object(site: Site) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "query_rows", "arguments": []}}
    told = sent(site, message).json["result"]["content"][0]["text"]
    assert "arguments is an object with dataset, table, select" in told


def test_there_is_no_stream_and_no_session(site: Site) -> None:
    for method in ("GET", "DELETE"):
        answer = site.client.open("/mcp", method=method)
        assert answer.status_code == 405
        assert "POST" in answer.headers["Allow"]
    acknowledged = sent(site, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (acknowledged.status_code, acknowledged.data) == (202, b"")
    assert "Mcp-Session-Id" not in acknowledged.headers


def test_pages_of_other_sites_are_refused(site: Site) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert sent(site, ping, Origin="https://elsewhere.example").status_code == 403
    assert sent(site, ping, Origin="null").status_code == 403
    assert sent(site, ping, Origin=site.parts.settings.base_url).status_code == 200
    assert "Access-Control-Allow-Origin" not in sent(site, ping).headers


def test_each_call_spends_the_callers_own_budget(tmp_path_factory: pytest.TempPathFactory) -> None:
    var = tmp_path_factory.mktemp("spending") / "var"
    with open_site(Settings(var_dir=var, secret_key="00" * 32), 1) as site:
        message = call("query_rows", dataset=site.ids[0], table="data", limit=1)
        first = sent(site, message)
        assert {'"catalogue"', '"rows"'} <= {
            field.partition(";")[0] for field in first.headers["RateLimit"].split(", ")
        }
        for _ in range(100):
            last = sent(site, message).json["result"]
            if last["isError"]:
                break
        assert f"'{BudgetClass.ROWS}'" in last["content"][0]["text"]
        assert "Try again in" in last["content"][0]["text"]
        statuses = {sent(site, {"jsonrpc": "2.0", "id": 1, "method": "ping"}).status_code for _ in range(120)}
        assert statuses == {200, 429}


def test_a_key_that_is_not_known_is_refused(site: Site) -> None:
    answer = sent(site, {"jsonrpc": "2.0", "id": 1, "method": "ping"}, Authorization="Bearer nonsense")
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
