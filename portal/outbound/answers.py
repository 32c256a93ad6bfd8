"""What comes back: whole or in chunks, bounded in size and time while it is read, with errors of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore

from portal.outbound.decoding import decoded
from portal.outbound.errors import Blocked, OutboundError, TooLarge, TooSlow, Truncated, Unreachable
from portal.outbound.network import DEADLINE
from portal.outbound.redaction import redact_url
from portal.outbound.wire import Headers, lower_headers


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole, size-capped answer. Header names are lower case; `url` is where it came from after redirects."""

    status: int
    headers: Headers
    body: bytes
    url: str


class StreamedAnswer:
    """An answer read in chunks; caps and times are enforced while it is read."""

    def __init__(self, response: httpcore.Response, url: str, *, cap: int, deadline: float) -> None:
        self.status: int = response.status
        self.headers = lower_headers(response)
        self.url = url
        self._response = response
        self._deadline = deadline
        where = redact_url(url)
        announced = self.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:18]) > cap:
            raise TooLarge(f"{where} announces {int(announced[:18]):,} bytes; {cap:,} are allowed.")
        raw = _counted(response.iter_stream(), cap, where)
        self._pieces = decoded(raw, self.headers.get("content-encoding", ""), max_bytes=cap, where=where)

    def chunks(self) -> Iterator[bytes]:
        """The content, decompressed. Raises Truncated, TooSlow or TooLarge rather than end early."""
        while True:
            token = DEADLINE.set(self._deadline)
            try:
                with translated(self.url):
                    piece = next(self._pieces, None)
            finally:
                DEADLINE.reset(token)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        """Give the connection back; one that was not read to its end is dropped."""
        self._response.close()


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Errors of the library below become ours."""
    try:
        yield
    except OutboundError:
        raise
    except httpcore.TimeoutException as error:
        raise TooSlow(f"{redact_url(url)} did not answer in time.") from error
    except httpcore.ConnectError as error:
        raise Unreachable(f"No connection to {redact_url(url)}: {_first_line(error)}") from error
    except httpcore.LocalProtocolError as error:
        raise Blocked(
            f"A request to {redact_url(url)} cannot be sent; check the secret file for line breaks."
        ) from error
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        raise Truncated(f"The answer of {redact_url(url)} broke off or is not HTTP: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _counted(chunks: Iterator[bytes], cap: int, where: str) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > cap:
            raise TooLarge(f"{where} sent more than the {cap:,} bytes allowed; the rest was not read.")
        yield chunk
