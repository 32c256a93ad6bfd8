"""Compression of complete, text-like, public answers: zstd, br or gzip, whichever the caller accepts most.

Left alone are answers that are compressed already, ranges, files (sent from where they lie, with strong tags and digests),
what is not worth it, and whatever could mix a secret with the caller's own text (BREACH: the size of the compressed answer
tells whether they are alike): answers that no cache may keep, answers that set a cookie, and pages for a caller with a
cookie. The tag of a compressed answer is weak: the same content, in other bytes. A 304 carries the tag that the 200 would
have had, and HEAD the headers of GET.
"""

import gzip
from collections.abc import Callable, Mapping
from types import MappingProxyType

import brotli  # type: ignore[import-untyped]
import zstandard
from flask import Flask, Response, request

SMALLEST_BYTES = 860  # below, the answer fits one packet as it is
LARGEST_BYTES = 32 << 20
_TEXT_LIKE = frozenset(
    {
        "application/javascript",
        "application/rdf+xml",
        "application/xhtml+xml",
        "application/n-triples",
        "application/trig",
        "application/x-ndjson",
        "image/svg+xml",
    }
)


def _zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(content)


def _br(content: bytes) -> bytes:
    packed: bytes = brotli.compress(content, mode=brotli.MODE_TEXT, quality=4)
    return packed


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, 6, mtime=0)


ENCODERS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType({"zstd": _zstd, "br": _br, "gzip": _gzip})
"""Name of the coding → how it is made; of codings that are accepted alike, the first is taken."""


def install_compression(app: Flask) -> None:
    """Compress what the application answers from now on. Install it first: it must see the finished answer."""
    app.after_request(_compress)


def choose_encoding(accepted: str) -> str | None:
    """The coding of `ENCODERS` that an `Accept-Encoding` header prefers; None: as it is."""
    weights = _weights(accepted)
    rest = weights.get("*", 0.0)
    chosen = max(ENCODERS, key=lambda name: weights.get(name, rest))
    weight = weights.get(chosen, rest)
    return chosen if weight > 0 and weight >= weights.get("identity", 0.0) else None


def _weights(accepted: str) -> Mapping[str, float]:
    """Coding → quality, RFC 9110 section 12.4.2; what cannot be read weighs nothing."""
    found: dict[str, float] = {}
    for item in accepted[:1_000].lower().split(","):
        name, _, parameters = item.strip().partition(";")
        quality = parameters.replace(" ", "").removeprefix("q=") or "1"
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        name = {"x-gzip": "gzip"}.get(name.strip(), name.strip())
        found[name] = weight if 0 < weight <= 1 else 0.0
    return found


def _compress(response: Response) -> Response:
    if not _may_be_compressed(response):
        return response
    response.vary.add("Accept-Encoding")
    encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
    content = response.get_data()
    if encoding is None or not SMALLEST_BYTES <= len(content) <= LARGEST_BYTES:
        return response
    tag, _is_weak = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)
    if response.status_code != 304:
        response.set_data(ENCODERS[encoding](content))
        response.headers["Content-Encoding"] = encoding
    return response


def _may_be_compressed(response: Response) -> bool:
    headers = response.headers
    is_whole = not (response.is_streamed or response.direct_passthrough or response.status_code in {204, 206})
    is_plain = "Content-Encoding" not in headers and "Content-Range" not in headers and "Repr-Digest" not in headers
    return is_whole and is_plain and _is_text_like(response.mimetype or "") and not _may_hold_a_secret(response)


def _is_text_like(mimetype: str) -> bool:
    return mimetype.startswith("text/") or mimetype in _TEXT_LIKE or mimetype.endswith(("json", "xml", "+yaml"))


def _may_hold_a_secret(response: Response) -> bool:
    control = response.cache_control
    is_for_one = control.no_store or control.private is not None or "Set-Cookie" in response.headers
    return bool(is_for_one) or (bool(request.cookies) and response.mimetype == "text/html")
