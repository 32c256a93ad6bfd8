"""Every setting is documented, with its default, and nothing else is."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from portal.settings import Settings, SettingsError
from tests.architecture.source import ROOT, modules, path_of

DOCUMENT = ROOT / "docs" / "settings.md"


def _documented() -> dict[str, str]:
    """Name → default, out of the tables of the document."""
    rows = re.findall(r"^\| `(PORTAL_[A-Z0-9_]+)` \| (.*?) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a setting is documented twice"
    return dict(rows)


def _stated_default(default: object) -> str:
    if default is None or default == "":
        return "–"
    if isinstance(default, bool):
        return f"`{int(default)}`"
    if isinstance(default, Path):
        return f"`{default.relative_to(ROOT)}/`"
    return f"`{default}`"


def test_every_setting_is_documented_with_its_default() -> None:
    stated = {f"PORTAL_{field.name.upper()}": _stated_default(field.default) for field in fields(Settings)}
    assert _documented() == stated


def test_every_setting_says_what_it_means() -> None:
    assert [field.name for field in fields(Settings) if not field.metadata.get("help")] == []


def test_every_setting_is_used() -> None:
    source = "\n".join(path_of(name).read_text(encoding="utf-8") for name in modules() if name != "portal.settings")
    derived = {"database_url", "quarantine_dir", "secrets_dir"}  # read through effective_…
    derived |= {"secret_key"}  # read through site_secret()
    unused = [
        field.name
        for field in fields(Settings)
        if not re.search(rf"\b(effective_)?{field.name}\b", source) and field.name not in derived
    ]
    assert unused == []


def test_the_environment_is_read_in_one_place() -> None:
    allowed = {
        "portal.settings",
        "portal.cli.database",  # passwords of the roles it makes, which no process of the portal may keep
        "portal.cli.demo",  # hands its own on to the processes it starts
        "portal.readers.files",  # gives its child next to none of it
        "portal.readers.layers.gdal",  # tells GDAL, in that child, what it may not know
    }
    readers = {
        name
        for name in modules()
        if re.search(r"os\.environ|os\.getenv|environ\[", path_of(name).read_text(encoding="utf-8"))
    }
    assert readers <= allowed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_NO_SUCH", "1"),
        ("PORTAL_STORE_CACHE_MB", "many"),
        ("PORTAL_IS_SAMPLE", "perhaps"),
        ("PORTAL_LOG_LEVEL", "chatty"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


def test_settings_come_from_the_environment() -> None:
    settings = Settings.from_environment({"PORTAL_IS_SAMPLE": "1", "PORTAL_STORE_CACHE_MB": "5", "OTHER": "x"})
    assert (settings.is_sample, settings.store_cache_mb) == (True, 5)
