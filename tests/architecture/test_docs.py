"""What README.md and docs/ point at is there."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from portal.paths import ROOT

_PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE_SPAN = re.compile(r"`([^`\n]+)`")
_OURS = re.compile(r"^(?:portal|harvesters|tests|docs|docker|templates|static|benchmarks)/[\w./-]+$")
_SUFFIXES = {"", ".py", ".md", ".html", ".css", ".js", ".json", ".yaml", ".env", ".png", ".svg", ".po"}
_HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)


def _prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def _anchors(page: Path) -> set[str]:
    """The fragments of a page's headings, as the common renderers make them."""
    texts = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in _HEADING.findall(_prose(page)))
    return {re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in texts}


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (fragment and target.suffix == ".md" and fragment not in _anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_and_folders_that_are_named_exist(page: Path) -> None:
    named = {name.rstrip(".") for name in _CODE_SPAN.findall(_prose(page)) if _OURS.match(name)}
    named = {name for name in named if Path(name).suffix in _SUFFIXES}  # `portal/tables.project` is a name in code
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_commands_of_the_readme_exist() -> None:
    from click import Group

    from portal.cli import main

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line.split("#")[0].split()[1:] for line in text.splitlines() if ".venv/bin/portal " in line]
    assert commands
    for words in commands:
        command = main
        for word in words:
            if word.startswith("-") or not isinstance(command, Group):
                break
            assert word in command.commands, " ".join(words)
            command = command.commands[word]  # type: ignore[assignment]
