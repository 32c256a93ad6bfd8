"""The guarded client as harvesters want it: their protocol, their errors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from harvesters.errors import HarvestError, RetryLater, StopRun
from harvesters.errors import TooLarge as RecordTooLarge
from harvesters.protocols import Reply, Signed, Stream, Transport
from portal.outbound import (
    GuardedClient,
    OutboundError,
    StreamedAnswer,
    TooLarge,
    TooSlow,
    Truncated,
    Unreachable,
)


def transport_for(client: GuardedClient) -> Transport:
    """What `harvesters.open_source` is handed. The client stays the caller's to close."""
    return GuardedTransport(client)


class GuardedTransport:
    """Delegates to the client and sorts its errors by what to do next."""

    def __init__(self, client: GuardedClient) -> None:
        self._client = client

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        sign: Callable[[], Signed] | None = None,
        json: object | None = None,
        max_bytes: int | None = None,
    ) -> Reply:
        try:
            answer = self._client.request(
                method, url, params=params, headers=headers, sign=sign, json=json, max_bytes=max_bytes
            )
        except OutboundError as error:
            raise _sorted(error) from error
        return Reply(status=answer.status, headers=answer.headers, body=answer.body, url=answer.url)

    def stream(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        sign: Callable[[], Signed] | None = None,
        max_bytes: int | None = None,
    ) -> AbstractContextManager[Stream]:
        opened = self._client.stream(method, url, params=params, headers=headers, sign=sign, max_bytes=max_bytes)
        return _sorted_stream(opened)


@contextmanager
def _sorted_stream(opened: AbstractContextManager[StreamedAnswer]) -> Iterator[Stream]:
    try:
        with opened as answer:
            yield _SortedStream(answer)
    except OutboundError as error:
        raise _sorted(error) from error


class _SortedStream:
    """A streamed answer whose errors are those of harvesters."""

    def __init__(self, answer: StreamedAnswer) -> None:
        self.status: int = answer.status
        self.headers: Mapping[str, str] = answer.headers
        self._answer = answer

    def chunks(self) -> Iterator[bytes]:
        try:
            yield from self._answer.chunks()
        except OutboundError as error:
            raise _sorted(error) from error


def _sorted(error: OutboundError) -> HarvestError:
    if isinstance(error, TooLarge):
        return RecordTooLarge(str(error))
    if isinstance(error, TooSlow | Truncated | Unreachable):
        return RetryLater(str(error), is_tried=True)
    return StopRun(str(error))
