"""Files that a record names by a web address: anywhere, so that what is wrong with one is that record's fault alone."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from harvesters.answers import check_status, refuse_html
from harvesters.errors import SkipRecord, StopRun
from harvesters.protocols import Transport
from harvesters.records import FilePart
from harvesters.transfer import checked_chunks


def is_web_address(url: str) -> bool:
    """Whether this is an http or https address that may be published as it stands: a password in it would be, too."""
    try:
        split = urlsplit(url)
    except ValueError:
        return False
    return split.scheme in {"http", "https"} and bool(split.hostname) and "@" not in split.netloc


def file_name_of(url: str, otherwise: str) -> str:
    """The last part of an address's path."""
    return urlsplit(url).path.rpartition("/")[2] or otherwise


@contextmanager
def open_web_file(transport: Transport, part: FilePart) -> Iterator[Iterator[bytes]]:
    """The bytes at `part.locator["url"]`. Every failure is a SkipRecord or RetryLater."""
    url = str(part.locator["url"])
    split = urlsplit(url)
    where = f"{split.hostname}{split.path}"
    with ExitStack() as stack:
        with _only_this_record(part.key):
            stream = stack.enter_context(transport.stream("GET", url))
            check_status(stream.status, where, after=stream.headers.get("retry-after", ""), record_id=part.key)
            if part.format_label != "HTML":
                refuse_html(b"", stream.headers.get("content-type", ""), where)
        yield checked_chunks(_chunks_of_record(stream.chunks(), part.key), part, record_id=part.key)


@contextmanager
def _only_this_record(record_id: str) -> Iterator[None]:
    """A forbidden, broken or closed address among thousands must not keep the others from being read, or withdrawn."""
    try:
        yield
    except StopRun as error:
        raise SkipRecord(str(error), record_id=record_id) from error


def _chunks_of_record(chunks: Iterator[bytes], record_id: str) -> Iterator[bytes]:
    with _only_this_record(record_id):
        yield from chunks
