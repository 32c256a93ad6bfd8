"""Scripts, styles and pictures under names that carry their content's hash, compressed beforehand, kept for a year.

`static/css/site.css` is served as `/static/css/site.3f2a9c….css`. A changed file has another name, so these answers alone
may be `immutable`; nothing under `/static/` is ever data. The files are written once into `var_dir/static` and served by
WhiteNoise, or by nginx from the same directory.
"""

import gzip
import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from wsgiref.headers import Headers

import brotli  # type: ignore[import-untyped]
from flask import Flask
from whitenoise import WhiteNoise

from portal.paths import STATIC

PREFIX = "/static/"
_HASH_DIGITS = 12
_COMPRESSED = {".css", ".js", ".svg", ".txt", ".webmanifest"}
_REFERENCE = re.compile(rb'url\("([^":]+)"\)')
_HASHED_NAME = re.compile(rf"\.[0-9a-f]{{{_HASH_DIGITS}}}\.\w+$")


def install_static(app: Flask, var_dir: Path) -> Mapping[str, str]:
    """Write the hashed files, serve them, and return path in `static/` → address."""
    target = var_dir / "static"
    addresses = build_static(STATIC, target)
    files = WhiteNoise(
        app.wsgi_app,
        max_age=0,
        allow_all_origins=False,
        immutable_file_test=_is_hashed,
        add_headers_function=_add_headers,
    )
    for address in addresses.values():
        files.add_file_to_dictionary(address, str(target / address.removeprefix(PREFIX)))
    app.wsgi_app = files  # type: ignore[method-assign]
    return addresses


def build_static(source: Path, target: Path) -> dict[str, str]:
    """Write every file of `source` to `target` under its hashed name, with `.gz` and `.br` beside it.

    References `url("../img/x.svg")` in style sheets become hashed names. Files that are there already are left alone, so
    several processes may do this at the same time.
    """
    names: dict[str, str] = {}
    paths = sorted((p for p in source.rglob("*") if p.is_file()), key=lambda p: (p.suffix == ".css", p))
    for path in paths:
        content = path.read_bytes()
        if path.suffix == ".css":
            content = _with_hashed_references(content, path, source, names)
        digest = hashlib.sha256(content).hexdigest()[:_HASH_DIGITS]
        relative = path.relative_to(source)
        hashed = relative.with_name(f"{relative.stem}.{digest}{relative.suffix}")
        names[relative.as_posix()] = hashed.as_posix()
        _write(target / hashed, content)
    return {name: PREFIX + hashed for name, hashed in names.items()}


def _with_hashed_references(content: bytes, path: Path, source: Path, names: Mapping[str, str]) -> bytes:
    def hashed(match: re.Match[bytes]) -> bytes:
        referred = (path.parent / match[1].decode()).resolve().relative_to(source.resolve()).as_posix()
        return f'url("{PREFIX}{names[referred]}")'.encode()

    return _REFERENCE.sub(hashed, content)


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in _COMPRESSED:
        _replace(path.with_name(path.name + ".gz"), gzip.compress(content, 9, mtime=0))
        _replace(path.with_name(path.name + ".br"), brotli.compress(content))
    _replace(path, content)


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"  # a picture opened by itself


def _is_hashed(_path: str, url: str) -> bool:
    return bool(_HASHED_NAME.search(url))
