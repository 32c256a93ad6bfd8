"""Wraps the library calls after which something outside of this process is different, so that it can be killed at any of them.

A boundary is a writing SQL statement, a commit, a rename, link, unlink or fsync of a file, a new directory, a commit of the
index; a commit is two, before and after it. The library's functions are wrapped, in this process alone; the product knows
nothing of it.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

_WRITING = ("INSERT", "UPDATE", "DELETE")


class Cut:
    """Counts boundaries and kills at the one asked for; 0 never kills. `file` gets one line for each that was reached."""

    def __init__(self, number: int, file: Path) -> None:
        self._number, self._count, self._lock = number, 0, Lock()
        self._log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def pass_by(self, kind: str) -> None:
        with self._lock:
            self._count += 1
            os.write(self._log, f"{kind}\n".encode())
            if self._count == self._number:
                os.kill(os.getpid(), signal.SIGKILL)


def wrap_libraries(cut: Cut) -> None:
    """From now on this process passes by `cut` at every boundary."""
    import tantivy

    tantivy.Index = _Indexes(cut)  # type: ignore[misc,assignment]
    _wrap_files(cut)
    _wrap_database(cut)


def _wrap(owner: Any, name: str, kind: str, cut: Cut) -> None:
    """Let a function of a library pass by before it does its work."""
    original: Callable[..., Any] = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        cut.pass_by(kind)
        return original(*arguments, **named)

    setattr(owner, name, wrapped)


def _wrap_files(cut: Cut) -> None:
    for name in ("rename", "replace", "link", "unlink", "fsync", "mkdir", "rmdir"):
        _wrap(os, name, f"file {name}", cut)


def _wrap_database(cut: Cut) -> None:
    from sqlalchemy.engine.default import DefaultDialect

    commit: Callable[..., None] = DefaultDialect.do_commit

    def do_commit(self: Any, connection: Any) -> None:
        cut.pass_by("sql commit")
        commit(self, connection)
        cut.pass_by("sql committed")

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    for name in ("do_execute", "do_executemany"):
        _wrap_statement(DefaultDialect, name, cut)


def _wrap_statement(dialect: Any, name: str, cut: Cut) -> None:
    original: Callable[..., None] = getattr(dialect, name)

    def wrapped(self: Any, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        word = statement.lstrip()[:6].upper()
        if word in _WRITING:
            table = statement.replace('"', "").split()[2 if word != "UPDATE" else 1]
            cut.pass_by(f"sql {word.lower()} {table.split('(')[0]}")
        original(self, cursor, statement, parameters, context)

    setattr(dialect, name, wrapped)


class _Writer:
    """tantivy's writer, whose commit is a boundary."""

    def __init__(self, writer: Any, cut: Cut) -> None:
        self._writer, self._cut = writer, cut

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def commit(self) -> Any:
        self._cut.pass_by("index commit")
        done = self._writer.commit()
        self._cut.pass_by("index committed")
        return done


class _Index:
    """tantivy's index, whose writers are wrapped."""

    def __init__(self, index: Any, cut: Cut) -> None:
        self._index, self._cut = index, cut

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def writer(self, *arguments: Any, **named: Any) -> _Writer:
        return _Writer(self._index.writer(*arguments, **named), self._cut)


class _Indexes:
    """In place of the class `tantivy.Index`."""

    def __init__(self, cut: Cut) -> None:
        import tantivy

        self._real, self._cut = tantivy.Index, cut

    def __call__(self, *arguments: Any, **named: Any) -> _Index:
        return _Index(self._real(*arguments, **named), self._cut)

    def open(self, *arguments: Any, **named: Any) -> _Index:
        return _Index(self._real.open(*arguments, **named), self._cut)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
