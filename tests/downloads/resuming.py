"""A program that people have goes on where its download broke off: `curl -C -`, with the file of a query made by a job."""

import base64
import hashlib
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from portal.exports.work import FileWork, make_next_file
from portal.settings import Settings
from portal.wiring import web_parts


def _clauses(door: str) -> dict[str, str | int]:
    """A question of this server's own, so that no other has its file already."""
    return {"where": "数量 >= 0", "order_by": "数量 desc, 名称", "limit": 20_000 + (httpx.URL(door).port or 0)}


def order_and_make(door: str, dataset: str, settings: Settings) -> str:
    """Ask for a file by a job, work as the worker would, and give the file's address."""
    clauses = {"format": "csv", **_clauses(door)}
    asked = httpx.post(f"{door}/datasets/{dataset}@v1/tables/data/exports", json=clauses, timeout=60)
    assert asked.status_code == 202, asked.text
    file = f"{door}/exports/{asked.json()['id']}/file"
    assert httpx.get(file, timeout=60).status_code == 202
    parts = web_parts(settings)
    assert make_next_file(FileWork(settings, parts.database, parts.store, parts.rows, settings.var_dir / "work"))
    parts.rows.close()
    parts.database.dispose()
    return file


def check_resuming(door: str, dataset: str, file: str, target: Path) -> None:
    """curl breaks off and goes on; ranges hold for the same file alone, also at the address that asks for it."""
    told = httpx.head(file, timeout=60)
    size = int(told.headers["Content-Length"])
    _curl("--range", f"0-{size // 3}", "--output", str(target), file)
    assert target.stat().st_size == size // 3 + 1
    _curl("--continue-at", "-", "--output", str(target), file)
    content = target.read_bytes()
    assert len(content) == size
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert told.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert content.count(b"\n") > 1_000

    ask, tag = f"{door}/datasets/{dataset}@v1/tables/data/export.csv", told.headers["ETag"]
    clauses = _clauses(door)
    for condition, status, length in ((tag, 206, 10), ('"another file"', 200, size), (f"W/{tag}", 200, size)):
        answer = httpx.get(ask, params=clauses, headers={"Range": "bytes=5-14", "If-Range": condition}, timeout=60)
        assert (answer.status_code, len(answer.content)) == (status, length), condition
    assert httpx.get(ask, params=clauses, headers={"If-None-Match": tag}, timeout=60).status_code == 304
    beyond = httpx.get(ask, params=clauses, headers={"Range": f"bytes={size}-"}, timeout=60)
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")


def _curl(*arguments: str) -> None:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed.")
    subprocess.run([program, "--silent", "--show-error", "--fail", *arguments], check=True, timeout=60)
