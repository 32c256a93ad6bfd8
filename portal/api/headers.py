"""Headers that the description tells: those of answers, and those that a request may carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class HeaderKind:
    """A header. `text` is a message id, `schema` what its value looks like."""

    text: str
    example: str
    schema: Mapping[str, object] = field(default_factory=lambda: {"type": "string"})


_WHOLE: Mapping[str, object] = {"type": "integer", "minimum": 0}
_ADDRESS: Mapping[str, object] = {"type": "string", "format": "uri-reference"}

HEADERS: Mapping[str, HeaderKind] = MappingProxyType(
    {
        "ETag": HeaderKind("Validator; send it back as `If-None-Match`.", '"2f0a9c"'),
        "Last-Modified": HeaderKind("When the content last changed.", "Sat, 21 Nov 2026 08:00:00 GMT"),
        "Cache-Control": HeaderKind("Keep it, and ask again before you use it.", "public, no-cache"),
        "Vary": HeaderKind("Request headers that the answer depends on.", "Accept-Encoding"),
        "Content-Encoding": HeaderKind("How the answer is compressed: zstd, br or gzip.", "zstd"),
        "Content-Language": HeaderKind("Language of the answer.", "en"),
        "Content-Disposition": HeaderKind("Name of the file.", 'attachment; filename="table.csv"'),
        "Content-Range": HeaderKind("Which bytes these are, and of how many.", "bytes 0-99/1000"),
        "Accept-Ranges": HeaderKind("Ranges of bytes are served.", "bytes"),
        "Link": HeaderKind("Related addresses, among them the next page as `rel=next`.", '</api/v1/x>; rel="next"'),
        "Location": HeaderKind("Address of what was made, or of the job that makes it.", "/api/v1/exports/a", _ADDRESS),
        "Retry-After": HeaderKind("Seconds to wait.", "2", _WHOLE),
        "RateLimit": HeaderKind("What is left: policy, `r` units, `t` seconds until more.", '"catalogue";r=119;t=60'),
        "RateLimit-Policy": HeaderKind(
            "The budgets: policy, `q` units in `w` seconds, or `q` requests at a time.", '"catalogue";q=120;w=60'
        ),
        "Repr-Digest": HeaderKind("SHA-256 of the whole file (RFC 9530).", "sha-256=:…:"),
        "X-Request-Id": HeaderKind("What to tell us if you ask about an answer.", "7f3a9c0d1e2b4f58"),
        "Allow": HeaderKind("Methods that are offered here.", "GET, HEAD, OPTIONS"),
        "WWW-Authenticate": HeaderKind("How to show a key.", 'Bearer error="invalid_token"'),
        "Access-Control-Allow-Origin": HeaderKind("Pages of any site may read this.", "*"),
    }
)

REQUEST_HEADERS: Mapping[str, HeaderKind] = MappingProxyType(
    {
        "If-None-Match": HeaderKind(
            "The `ETag` of what you have; answered with 304 while that is still right.", '"2f"'
        ),
        "Accept-Language": HeaderKind("The language that you prefer.", "en"),
        "MCP-Protocol-Version": HeaderKind("The version of the protocol that the message is in.", "2025-11-25"),
        "If-Modified-Since": HeaderKind("A `Last-Modified` that you have.", "Sat, 21 Nov 2026 08:00:00 GMT"),
        "Range": HeaderKind("One range of bytes.", "bytes=0-99"),
        "If-Range": HeaderKind(
            "The `ETag` that the range belongs to; the whole file where it has changed.", '"2f0a9c"'
        ),
    }
)

EVERY_ANSWER = ("X-Request-Id", "Vary", "RateLimit", "RateLimit-Policy", "Access-Control-Allow-Origin")
