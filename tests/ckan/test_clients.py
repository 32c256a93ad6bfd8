"""CKAN's own clients and the walks of harvesters, unmodified, against the portal as it is served."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import ckanapi
import pytest
import requests
from werkzeug.serving import make_server

from portal.settings import Settings
from tests.http.site import Site, counted_statements, generous, open_site

DATASETS = 130


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    settings = Settings(var_dir=tmp_path_factory.mktemp("clients") / "var", secret_key="00" * 32)
    with open_site(generous(settings), DATASETS, rows=3) as site:
        server = make_server("127.0.0.1", 0, site.app, threaded=True)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield site, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("get_only", [True, False])
def test_ckanapi_calls_actions(served: tuple[Site, str], get_only: bool) -> None:
    with ckanapi.RemoteCKAN(served[1], apikey="a-key-of-another-site", get_only=get_only) as remote:
        assert remote.action.status_show()["ckan_version"] == "2.12.0"
        names = remote.action.package_list()
        assert len(names) == len(set(names)) == DATASETS
        shown = remote.action.package_show(id=names[0])
        assert shown["id"] in served[0].ids
        assert remote.action.package_show(id=shown["id"])["name"] == names[0]
        resource = remote.action.resource_show(id=shown["resources"][0]["id"])
        assert resource["package_id"] == shown["id"]
        with pytest.raises(ckanapi.NotFound):
            remote.action.package_show(id="no-such-dataset")
        with pytest.raises(ckanapi.ValidationError):
            remote.action.package_show()
        found = remote.action.package_search(q="", rows=2, **{"facet.field": '["organization"]'})
        assert found["count"] == DATASETS and sum(found["facets"]["organization"].values()) == DATASETS


def test_ckanapi_searches_and_dumps_from_the_command_line(served: tuple[Site, str]) -> None:
    searched = _run("search", "datasets", "-r", served[1], "-g")
    assert len(searched) == DATASETS
    dumped = _run("dump", "datasets", "--all", "-r", served[1], "-g", "-p", "1")
    assert {one["id"] for one in dumped} == set(served[0].ids)


def _run(*arguments: str) -> list[dict[str, Any]]:
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}  # it starts itself as its own workers
    command = [str(programs / "ckanapi"), *arguments]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False, env=environment)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]


def test_a_harvester_walks_all_of_it_in_order_of_id(served: tuple[Site, str]) -> None:
    """As ckanext-harvest does: `sort=id asc`, a hundred at a time, until a page is empty."""
    found: list[str] = []
    with requests.Session() as session:
        while True:
            answer = session.get(
                f"{served[1]}/api/3/action/package_search",
                params={"rows": "100", "start": str(len(found)), "sort": "id asc", "q": "*:*"},
                headers={"Authorization": "another-site's-key"},
                timeout=30,
            )
            assert answer.status_code == 200
            page = answer.json()["result"]
            if not page["results"]:
                break
            found += [one["id"] for one in page["results"]]
    assert found == sorted(served[0].ids)
    assert page["count"] == DATASETS


def test_a_harvester_asks_for_what_changed_since_and_shows_each(served: tuple[Site, str]) -> None:
    url = f"{served[1]}/api/3/action/package_search"
    with requests.Session() as session:
        newest = session.get(url, params={"sort": "metadata_modified desc", "rows": "1"}, timeout=30).json()["result"]
        at = newest["results"][0]["metadata_modified"]
        assert len(at) == len("2024-01-01T00:00:00.000000") and "+" not in at
        since = session.get(url, params={"fq": f"metadata_modified:[{at}Z TO *]", "rows": "1000"}, timeout=30).json()
        assert since["result"]["count"] >= 1
        for one in since["result"]["results"][:5]:
            shown = session.get(f"{served[1]}/api/3/action/package_show", params={"id": one["id"]}, timeout=30).json()
            assert shown["result"] == one
        later = session.get(url, params={"fq": "metadata_modified:[NOW+1DAY TO *]"}, timeout=30).json()
        assert later["result"]["count"] == 0


def test_a_search_takes_as_many_statements_for_a_hundred_as_for_one(served: tuple[Site, str]) -> None:
    site = served[0]
    counts = []
    for rows in (1, 100):
        with counted_statements(site) as seen:
            site.client.get("/api/3/action/package_search", query_string={"rows": rows, "q": "数据"})
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9


def test_start_beyond_the_end_is_an_empty_page(served: tuple[Site, str]) -> None:
    answer = served[0].client.get("/api/3/action/package_search?start=100000&rows=100")
    assert (answer.status_code, answer.get_json()["result"]["results"]) == (200, [])


def test_what_was_withdrawn_a_moment_ago_is_nowhere(served: tuple[Site, str]) -> None:
    site = served[0]
    shown = site.client.get("/api/3/action/package_search?sort=id asc&rows=1").get_json()["result"]["results"][0]
    before = site.client.get("/api/3/action/package_search?rows=0").get_json()["result"]["count"]
    site.withdraw(shown["id"])
    assert site.client.get(f"/api/3/action/package_show?id={shown['name']}").status_code == 404
    assert site.client.get("/api/3/action/package_search?rows=0").get_json()["result"]["count"] == before - 1
    assert shown["name"] not in site.client.get("/api/3/action/package_list").text
    assert site.client.get(f"/api/3/action/resource_show?id={shown['resources'][0]['id']}").status_code == 404
