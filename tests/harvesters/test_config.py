"""Configurations: every fault at once, with what to write instead; secrets never among them."""

from pathlib import Path

import pytest

from harvesters import KINDS, ConfigError, check_config, hosts_of, open_source, secret_names
from portal.ingest.fetching.sheets import ChildSheetReader
from tests.harvesters.conftest import Lines


@pytest.mark.parametrize(
    ("kind", "config", "said"),
    [
        ("exchange", {}, "'base_url' must be"),
        ("exchange", {"base_url": "ftp://x"}, "must be an address"),
        ("exchange", {"base_url": "https://u:geheim@x.example"}, "must not hold a user or password"),
        ("exchange", {"base_url": "https://x", "page_sise": 5}, "did you mean 'page_size'"),
        (
            "exchange",
            {"base_url": "https://x", "scheme": "md5"},
            "app_key, app_key_query, bearer, client, gateway, hmac",
        ),
        ("exchange", {"base_url": "https://x", "page_size": True}, "whole number from 1 to 1,000"),
        ("exchange", {"base_url": "https://x", "app_secret": "geheim"}, "'app_secret' is not known"),
        ("ckan", {"base_url": "https://x", "labels": {"colour": "red"}}, "does not take 'colour'"),
        ("ckan", {"base_url": "https://x", "fetch_files": "yes"}, "true or false"),
        ("ckan", {"base_url": "https://x", "labels": ["a"]}, "must map names to texts"),
        ("folder", {"root": "drop"}, "absolute path"),
        ("folder", {"root": "/drop", "metadata_file": "../m.json"}, "at the root"),
        ("folder", {"root": 5}, "'root' must be a text"),
    ],
)
def test_a_fault_is_told_with_what_to_write(kind: str, config: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said.replace("(", r"\(")) as caught:
        check_config(kind, config)
    assert "geheim" not in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        check_config("exchange", {"base_url": "x", "page_size": 0, "colour": "red"})
    assert len(caught.value.faults) == 3


def test_an_unknown_kind_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'exchange'"):
        check_config("exchnage", {})
    with pytest.raises(ConfigError, match="ckan, dcat, exchange, folder"):
        check_config("zzz", {})


def test_secrets_are_named_by_scheme() -> None:
    base = {"base_url": "https://x.example"}
    assert secret_names("exchange", base) == ("app_key", "app_secret")
    assert secret_names("exchange", base | {"scheme": "bearer"}) == ("token",)
    assert secret_names("ckan", base) == ()


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://x.example", "x.example:443"), ("http://x.example/api", "x.example:80"),
        ("http://10.0.0.5:8080", "10.0.0.5:8080"), ("http://[fd00::1]:8080", "[fd00::1]:8080"),
    ],
)  # fmt: skip
def test_the_registered_host_is_that_of_the_address(address: str, host: str) -> None:
    assert hosts_of("exchange", {"base_url": address}) == {host}


def test_a_folder_has_no_host() -> None:
    assert hosts_of("folder", {"root": "/drop"}) == frozenset()


def test_opening_a_source_asks_nothing(lines: Lines, tmp_path: Path) -> None:
    configs: dict[str, dict[str, object]] = {
        "exchange": {"base_url": "https://nowhere.example"},
        "ckan": {"base_url": "https://nowhere.example"},
        "folder": {"root": str(tmp_path / "none")},
        "dcat": {"base_url": "https://nowhere.example/catalog.ttl"},
        "workbook": {"root": str(tmp_path / "none")},
        "tables": {
            "host": "nowhere.example",
            "database": "front",
            "tables": [{"table": "stops", "title": "公交站点", "columns": [{"name": "id"}]}],
        },
    }
    assert set(configs) == set(KINDS)
    for kind, config in configs.items():
        secret = {"app_key": "a", "app_secret": "b", "user": "c", "password": "d"}
        transport, sheets = lines.transport(frozenset()), ChildSheetReader(tmp_path / "work")
        assert open_source(kind, name="x", config=config, secret=secret, transport=transport, sheets=sheets)
    assert list(tmp_path.iterdir()) == []
