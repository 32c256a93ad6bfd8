"""The sample exchange platform as a process, and what the command line needs to register it."""

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.paths import ROOT
from tests.services.processes import stop

MAPPING = ROOT / "tests" / "sample_platform" / "mapping.json"
SECRET = {"app_key": "sample-portal", "app_secret": "sample-long-lived-secret-0001"}


@dataclass(frozen=True, slots=True)
class Platform:
    """A running platform: its address, and its control interface."""

    address: str

    def control(self, name: str, **values: object) -> dict[str, object]:
        """POST to the control interface when values are given, else GET; the JSON answer."""
        body = json.dumps(values).encode() if values else None
        request = urllib.request.Request(
            f"{self.address}/_control/{name}", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            result: dict[str, object] = json.load(answer)
        return result

    def registration(self, folder: Path) -> tuple[str, ...]:
        """Arguments of `portal source add NAME …`; the secret is written to a file in the folder."""
        (folder / "sample-config.json").write_text(json.dumps({"base_url": self.address}), encoding="utf-8")
        (folder / "sample-secret.json").write_text(json.dumps(SECRET), encoding="utf-8")
        return (
            "--kind", "exchange", "--config", str(folder / "sample-config.json"), "--mapping", str(MAPPING),
            "--sign", "李清（示例）", "--secret-file", str(folder / "sample-secret.json"),
        )  # fmt: skip


@contextlib.contextmanager
def sample_platform(*options: str) -> Iterator[Platform]:
    """The platform on a free port; ended at the end."""
    command = [sys.executable, "-m", "tests.sample_platform", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert process.stdout is not None
        words = process.stdout.readline().decode().split()
        yield Platform(next(word for word in words if word.startswith("http")).rstrip("/"))
    finally:
        stop(process)
        if process.stdout:
            process.stdout.close()
