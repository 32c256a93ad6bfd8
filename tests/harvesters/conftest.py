"""Running platforms and a guarded transport whose waits are noted, not slept."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from harvesters import hosts_of, open_source
from harvesters.protocols import Source, Transport
from portal.ingest.fetching.transport import transport_for
from portal.outbound import GuardedClient, OutboundLimits, RetryRule
from tests.ckan_server.server import CkanServer, Package
from tests.sample_platform.control import Control
from tests.sample_platform.server import Platform, start_platform
from tests.sample_platform.signing import APP_KEY, APP_SECRET

SECRET = {"app_key": APP_KEY, "app_secret": APP_SECRET}


@dataclass
class Lines:
    """Makes guarded transports; `waits` are the seconds that would have been slept."""

    waits: list[float] = field(default_factory=list)
    clients: list[GuardedClient] = field(default_factory=list)

    def transport(self, allowed: frozenset[str], limits: OutboundLimits | None = None) -> Transport:
        client = GuardedClient(
            allowed,
            limits=limits,
            retry=RetryRule(attempts=2),
            sleep=self.waits.append,
        )
        self.clients.append(client)
        return transport_for(client)


@pytest.fixture
def lines() -> Iterator[Lines]:
    made = Lines()
    yield made
    for client in made.clients:
        client.close()


def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    """Run a server in a thread until the end of the `yield`."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def running_platform() -> Iterator[Platform]:
    """Twelve resources; the largest table has 2,100 rows."""
    platform = start_platform(resources=12)
    for _ in serving(platform):
        yield platform


@pytest.fixture
def platform(running_platform: Platform) -> Iterator[Platform]:
    """The platform as new."""
    steer(running_platform, "reset")
    yield running_platform
    steer(running_platform, "reset")


def steer(platform: Platform, action: str, **values: Any) -> None:
    """Use the control interface, as `POST /_control/<action>` does."""
    status, answer = Control(platform).answer("POST", action, values)
    assert status == 200, answer


def misbehave(platform: Platform, kind: str, place: str = "any", **values: Any) -> None:
    """Ask for spoiled answers; see tests/sample_platform/mischief.py."""
    steer(platform, "misbehave", kind=kind, place=place, **values)


Opening = Callable[..., Source]


@pytest.fixture
def open_exchange(platform: Platform, lines: Lines) -> Opening:
    """`open_exchange(page_size=5, …)`: a source on the platform."""

    def opened(*, secret: Mapping[str, str] = SECRET, limits: OutboundLimits | None = None, **config: object) -> Source:
        values = {"base_url": platform.address, "page_size": 5, "row_page_size": 100} | config
        transport = lines.transport(hosts_of("exchange", values), limits)
        return open_source(
            "exchange", name="sample", config=values, secret=secret, transport=transport, sleep=lines.waits.append
        )

    return opened


def package(number: int, **changes: object) -> Package:
    """A CKAN package, bilingual in the way of ckanext-fluent."""
    values: Package = {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": f"sample-{number:03d}",
        "title": f"示例数据集{number}",
        "title_translated": {"en": f"Sample dataset {number}", "zh_Hans": f"示例数据集{number}"},
        "notes": "说明",
        "private": False,
        "state": "active",
        "metadata_created": "2026-01-01T00:00:00",
        "metadata_modified": "2026-02-01T00:00:00",
        "license_title": "Open",
        "maintainer": "数据科",
        "organization": {"name": "office", "title": "示例局", "title_en": "Sample Office"},
        "groups": [{"name": "health", "title": "卫生"}],
        "tags": [{"name": "tag", "display_name": "标签"}],
        "extras": [{"key": "frequency", "value": "每月"}],
        "resources": [
            {
                "id": f"r{number}", "name": "数据", "name_en": "Data", "format": "csv ", "state": "active",
                "inLanguage": "en, tc", "url": f"https://files.example/{number}.csv", "description": "文件",
            }
        ],
    }  # fmt: skip
    return values | changes


@pytest.fixture
def ckan() -> Iterator[CkanServer]:
    """Seven made-up packages; the server gives at most three at a time."""
    server = CkanServer([package(number) for number in range(1, 8)], rows_max=3)
    for _ in serving(server):
        yield server


@pytest.fixture
def open_ckan(ckan: CkanServer, lines: Lines) -> Opening:
    def opened(
        *, secret: Mapping[str, str] | None = None, allowed: frozenset[str] = frozenset(), **config: object
    ) -> Source:
        values = {"base_url": ckan.address} | config
        transport = lines.transport(hosts_of("ckan", values) | allowed)
        return open_source(
            "ckan", name="ckan", config=values, secret=secret, transport=transport, sleep=lines.waits.append
        )

    return opened


@pytest.fixture
def open_folder(lines: Lines) -> Opening:
    def opened(root: Path, **config: object) -> Source:
        return open_source(
            "folder",
            name="drop",
            config={"root": str(root)} | config,
            secret=None,
            transport=lines.transport(frozenset()),
        )

    return opened


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A drop with a metadata file, three datasets, files in a directory of their own."""
    root = tmp_path / "drop"
    (root / "数据").mkdir(parents=True)
    (root / "数据" / "学校.csv").write_text("名称,班级数\n一小,12\n", "utf-8")
    (root / "数据" / "停车场.csv").write_bytes("名称,泊位\n东站,80\n".encode("gb18030"))
    (root / "readme.txt").write_text("说明", "utf-8")
    entries = [
        {
            "id": "A/1", "title": {"zh": "学校", "en": "Schools"}, "open": "1", "files": [{"path": "数据/学校.csv"}],
            "columns": [{"name": "名称", "title": {"zh": "名称", "en": "Name"}, "open": "1"}],
        },
        {"id": "A/2", "title": "停车场", "title_en": "Car parks", "publisher": "交通局", "files": ["数据/停车场.csv"]},
        {"id": "A/3", "title": "说明", "files": ["readme.txt"], "themes": ["交通"]},
    ]  # fmt: skip
    (root / "metadata.json").write_text(json.dumps({"datasets": entries}, ensure_ascii=False), "utf-8")
    return root
