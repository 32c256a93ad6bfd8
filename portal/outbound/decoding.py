"""Decompression that cannot be blown up: output is drawn in small pieces and counted while it is drawn."""

import zlib
from collections.abc import Iterable, Iterator

from portal.outbound.errors import TooLarge, Truncated

_PIECE_BYTES = 256 * 1024
# zlib window code: gzip or zlib, found by its header.
_GZIP_OR_ZLIB = 47


def decoded(chunks: Iterable[bytes], encoding: str, *, max_bytes: int, where: str) -> Iterator[bytes]:
    """The content in pieces of at most 256 KiB. `encoding` is the Content-Encoding header.

    Raises TooLarge as soon as more than `max_bytes` came out, Truncated when compressed data ends early or is not
    what the header says.
    """
    names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if not names:
        source: Iterable[bytes] = chunks
    elif len(names) == 1 and names[0] in {"gzip", "x-gzip", "deflate"}:
        source = _inflated(chunks, where)
    else:
        raise Truncated(f"{where} sent Content-Encoding {encoding[:40]!r}, which nobody asked for.")
    total = 0
    for piece in source:
        total += len(piece)
        if total > max_bytes:
            raise TooLarge(f"{where} sent more than the {max_bytes:,} bytes allowed; the rest was not read.")
        yield piece


def _inflated(chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    """Unpacked pieces. Compressed data may have several members (RFC 1952 section 2.2); no data at all is empty."""
    engine: zlib._Decompress | None = None
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if engine is None or engine.eof:
                    engine = zlib.decompressobj(_GZIP_OR_ZLIB)
                piece = engine.decompress(rest, _PIECE_BYTES)
                rest = engine.unconsumed_tail or engine.unused_data
                if piece:
                    yield piece
        while engine is not None and not engine.eof:
            piece = engine.decompress(engine.unconsumed_tail, _PIECE_BYTES)
            if not piece:
                break
            yield piece
    except zlib.error as error:
        raise Truncated(f"{where} sent compressed data that cannot be read.") from error
    if engine is not None and not engine.eof:
        raise Truncated(f"{where} sent compressed data that ends early.")
