"""Every source keeps the contract of `harvesters.testing`."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from harvesters import open_source
from harvesters.testing import SourceContract, Subject
from tests.ckan_server.server import CkanServer
from tests.harvesters.conftest import SECRET, Lines, Opening, misbehave, steer
from tests.sample_platform.server import Platform


class TestExchange(SourceContract):
    @pytest.fixture
    def subject(self, platform: Platform, open_exchange: Opening, lines: Lines) -> Subject:
        return Subject(
            open=open_exchange,
            ids=frozenset(platform.catalogue.ids),
            change_data=lambda record_id: steer(platform, "touch", resource=record_id),
            truncate=lambda: misbehave(platform, "truncated_file", "file", times=-1),
            open_elsewhere=lambda: open_source(
                "exchange",
                name="elsewhere",
                config={"base_url": platform.address},
                secret=SECRET,
                transport=lines.transport(frozenset({"exchange.example"})),
            ),
        )


class CkanContract(SourceContract):
    listing = "search"

    @pytest.fixture
    def subject(self, ckan: CkanServer, open_ckan: Opening, lines: Lines) -> Subject:
        def change(record_id: str) -> None:
            found = next(package for package in ckan.packages if package["id"] == record_id)
            found["metadata_modified"] = "2026-03-01T00:00:00"

        return Subject(
            open=lambda: open_ckan(listing=self.listing, page_size=5),
            ids=frozenset(str(package["id"]) for package in ckan.packages),
            change_data=change,
            open_elsewhere=lambda: open_source(
                "ckan",
                name="elsewhere",
                config={"base_url": ckan.address, "listing": self.listing},
                secret=None,
                transport=lines.transport(frozenset({"ckan.example"})),
            ),
        )


class TestCkanBySearch(CkanContract):
    listing = "search"


class TestCkanByName(CkanContract):
    listing = "list"


class TestDirectory(SourceContract):
    @pytest.fixture
    def subject(self, drop: Path, open_folder: Opening) -> Subject:
        places = {"A/1": drop / "数据" / "学校.csv"}

        def change(record_id: str) -> None:
            places[record_id].write_text("名称,班级数\n一小,13\n二小,10\n", "utf-8")

        def truncate() -> None:
            for path in drop.rglob("*"):
                if path.is_file() and path.name != "metadata.json":
                    os.truncate(path, 3)

        return Subject(
            open=lambda: open_folder(drop),
            ids=frozenset({"A/1", "A/2", "A/3"}),
            change_data=change,
            truncate=truncate,
            open_elsewhere=lambda: open_folder(drop / ".." / "elsewhere"),
        )


class TestFilesWithoutMetadata(SourceContract):
    @pytest.fixture
    def subject(self, drop: Path, open_folder: Opening) -> Subject:
        (drop / "metadata.json").unlink()

        def change(record_id: str) -> None:
            (drop / record_id).write_text("更长的说明", "utf-8")

        return Subject(
            open=lambda: open_folder(drop, publisher_name="示例局", labels={"open_label": "1"}),
            ids=frozenset({"readme.txt", "数据/停车场.csv", "数据/学校.csv"}),
            change_data=change,
            open_elsewhere=lambda: open_folder(drop.parent / "none"),
        )


class TestArchive(SourceContract):
    @pytest.fixture
    def subject(self, drop: Path, tmp_path: Path, open_folder: Opening) -> Subject:
        archive = tmp_path / "drop.zip"

        def pack() -> None:
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
                for path in sorted(drop.rglob("*")):
                    out.write(path, path.relative_to(drop).as_posix())

        def change(record_id: str) -> None:
            (drop / "数据" / "学校.csv").write_text("名称,班级数\n一小,13\n", "utf-8")
            pack()

        def truncate() -> None:
            for path in drop.rglob("*.*"):
                if path.is_file() and path.name != "metadata.json":
                    os.truncate(path, 3)
            pack()

        pack()
        return Subject(
            open=lambda: open_folder(archive),
            ids=frozenset({"A/1", "A/2", "A/3"}),
            change_data=change,
            truncate=truncate,
            open_elsewhere=lambda: open_folder(Path(shutil.copy(drop / "readme.txt", tmp_path / "not-an-archive.zip"))),
        )
