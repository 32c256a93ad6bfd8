"""Real titles of two governments: Hong Kong packages and Taiwanese county catalogues, in Traditional Chinese."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

from portal.index import Document
from portal.kernel.text import Language


def read_real_documents(shared_data: Path) -> list[Document]:
    """About 3,000 documents with title, description, publisher and, for Taiwan, column names."""
    catalogues = shared_data / "catalogues"
    documents = [
        _hong_kong(path) for path in sorted((catalogues / "hk_ckan_package_show" / "api_details").glob("*.json"))
    ]
    for path in sorted((catalogues / "tw_county_catalogues_2018" / "csv").glob("*.csv")):
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            documents += [_taiwan(f"{path.stem[:2]}{i:05d}", row) for i, row in enumerate(csv.DictReader(file))]
    return [document for document in documents if document.titles[Language.ZH]]


def _hong_kong(path: Path) -> Document:
    package = json.loads(path.read_text("utf-8"))
    package = package.get("result", package)
    return _document(
        f"hk-{package['name']}", package["title"] or "", package["notes"] or "", package["organization"]["title"], ""
    )


def _taiwan(identifier: str, row: dict[str, str]) -> Document:
    return _document(
        f"tw-{identifier}",
        row.get("資料集名稱") or "",
        "",
        row.get("資料來源(部會單位)") or "",
        row.get("主要欄位") or "",
    )


def _document(identifier: str, title: str, description: str, publisher: str, columns: str) -> Document:
    return Document(
        id=identifier,
        revision=1,
        titles={Language.ZH: title.strip()},
        descriptions={Language.ZH: description},
        keywords={},
        publisher_names={Language.ZH: publisher},
        columns=columns,
        facets={"openness": ("unconditional",)},
        modified_at=datetime(2019, 3, 1, tzinfo=UTC),
        popularity=0,
    )
