"""The shape of the source: imports point one way, files stay readable, names say what they are."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, functions, modules, path_of

MAX_LINES = 350
MAX_FUNCTION_LINES = 60  # around 40 is the aim; a declaration of twenty fields may be longer
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "tools", "stuff", "base_utils"}
# what belongs to the machines a session ran on, not to the project
FOREIGN = tuple(
    "/".join(("", *parts)) for parts in (("tmp", "setup"), ("work", "main"), ("work", "shared"), ("root", ""))
)
TEXT_SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".html",
    ".js",
    ".css",
    ".yaml",
    ".yml",
    ".sh",
    ".conf",
    ".template",
    ".cfg",
    "",
}


def test_imports_point_one_way() -> None:
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3_000:]


def test_no_file_grows_out_of_one_reading() -> None:
    sizes = {name: len(path_of(name).read_text(encoding="utf-8").splitlines()) for name in modules()}
    assert {name: size for name, size in sizes.items() if size > MAX_LINES} == {}


def test_no_function_grows_out_of_one_screen() -> None:
    long = {
        f"{name}.{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for name, tree in modules().items()
        for function in functions(tree)
        if (function.end_lineno or 0) - function.lineno >= MAX_FUNCTION_LINES
    }
    assert long == {}


def test_modules_are_named_for_what_they_hold() -> None:
    assert [name for name in modules() if VAGUE & set(name.split("."))] == []


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_nothing_names_the_machine_it_was_written_on() -> None:
    found = []
    for path in _tracked():
        if path.suffix not in TEXT_SUFFIXES or not path.is_file() or path == Path(__file__).resolve():
            continue
        content = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in FOREIGN if word in content]
    assert found == []


def test_nothing_that_is_written_while_running_is_tracked() -> None:
    written = {".venv", "var", "__pycache__", ".services", "build"}
    assert [str(path) for path in _tracked() if written & set(path.relative_to(ROOT).parts)] == []
