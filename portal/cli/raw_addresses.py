"""Addresses as people type them: Chinese characters that a client did not percent-encode.

`curl 'http://…/api/v1/datasets?q=学校'` sends the bytes of its terminal. nginx and gunicorn take them, waitress answers
"Bad URI" before the application is asked; here they are encoded first, so that it sees what a browser would have sent.
"""

import re

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    def parse_header(self, header_plus: bytes) -> None:
        line, end, rest = header_plus.partition(b"\r\n")
        encoded = _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % ord(byte[0]), line)
        super().parse_header(encoded + end + rest)


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser


def take_raw_addresses(sockets: dict[int, object]) -> None:
    """Let every listening server of a waitress socket map take such addresses. Call it before the server runs."""
    for listening in sockets.values():
        if isinstance(listening, BaseWSGIServer):
            listening.channel_class = _Channel
