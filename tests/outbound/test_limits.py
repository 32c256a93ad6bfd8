"""What comes back is bounded in size and time, and a failure is tried again with patience."""

import gzip
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from harvesters.protocols import Signed
from portal.outbound import (
    GuardedClient,
    OutboundError,
    OutboundLimits,
    RetryRule,
    TooLarge,
    TooSlow,
    Truncated,
    Unreachable,
    redact_url,
)
from portal.outbound.retries import asked_wait_s
from tests.outbound.other_side import Handler, OtherSide, Seen, other_side, saying

MIB = 1 << 20


def client_for(server: OtherSide, *, waits: list[float] | None = None, **limits: float) -> GuardedClient:
    """A client whose sleeps are noted instead of slept."""
    noted = [] if waits is None else waits
    return GuardedClient(
        allowed_hosts=server.registered,
        limits=OutboundLimits(**limits),  # type: ignore[arg-type]
        retry=RetryRule(attempts=1) if waits is None else RetryRule(),
        sleep=noted.append,
        jitter=lambda: 1.0,
    )


def test_an_announced_size_over_the_limit_is_refused_before_it_is_read() -> None:
    with (
        other_side(saying(b"x" * 2000)) as server,
        client_for(server, max_bytes=1000) as client,
        pytest.raises(TooLarge, match=r"2,000 bytes; 1,000"),
    ):
        client.request("GET", server.url)


def test_a_body_without_a_length_is_cut_at_the_limit() -> None:
    def endless(handler: Handler, seen: Seen) -> None:
        handler.send_endless(bytes(MIB), 64)

    with other_side(endless) as server, client_for(server, max_bytes=3 * MIB) as client, pytest.raises(TooLarge):
        client.request("GET", server.url)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_bomb_is_stopped_while_it_is_unpacked(encoding: str) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    bomb = pack(bytes(256 * MIB))
    with (
        other_side(saying(bomb, Content_Encoding=encoding)) as server,
        client_for(server, max_bytes=MIB) as client,
        pytest.raises(TooLarge, match=r"1,048,576 bytes"),
    ):
        client.request("GET", server.url)


def test_compressed_answers_are_unpacked() -> None:
    with (
        other_side(saying(gzip.compress(b"text" * 1000), Content_Encoding="gzip")) as server,
        client_for(server) as client,
    ):
        assert client.request("GET", server.url).body == b"text" * 1000


def test_compressed_data_in_several_members_is_unpacked_whole() -> None:
    body = gzip.compress(b"first " * 200_000) + gzip.compress(b"second " * 200_000)
    with other_side(saying(body, Content_Encoding="gzip")) as server, client_for(server) as client:
        assert client.request("GET", server.url).body == b"first " * 200_000 + b"second " * 200_000


def test_an_empty_answer_may_claim_to_be_compressed() -> None:
    with other_side(saying(b"", Content_Encoding="gzip")) as server, client_for(server) as client:
        assert client.request("GET", server.url).body == b""


def test_what_is_not_compressed_though_it_claims_to_be_is_refused() -> None:
    with (
        other_side(saying(b"plain", Content_Encoding="gzip")) as server,
        client_for(server) as client,
        pytest.raises(Truncated, match="cannot be read"),
    ):
        client.request("GET", server.url)


def test_compressed_data_that_ends_early_is_not_taken_for_whole() -> None:
    body = gzip.compress(b"text" * 100_000)[:-20]
    with (
        other_side(saying(body, Content_Encoding="gzip")) as server,
        client_for(server) as client,
        pytest.raises(Truncated, match="ends early"),
    ):
        client.request("GET", server.url)


def test_an_encoding_nobody_asked_for_is_refused() -> None:
    with (
        other_side(saying(b"x", Content_Encoding="br")) as server,
        client_for(server) as client,
        pytest.raises(Truncated, match="'br'"),
    ):
        client.request("GET", server.url)


def test_a_broken_connection_is_not_taken_for_the_end() -> None:
    def broken(handler: Handler, seen: Seen) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"x" * 10)
        handler.close_connection = True

    with other_side(broken) as server, client_for(server) as client:
        with pytest.raises(Truncated):
            client.request("GET", server.url)
        with client.stream("GET", server.url) as stream, pytest.raises(Truncated):
            list(stream.chunks())


def _drip(handler: Handler, seen: Seen) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    try:
        for _ in range(200):
            handler.wfile.write(b"x")
            time.sleep(0.02)
    except OSError:
        pass
    handler.close_connection = True


def test_an_answer_that_drips_is_given_up_after_the_total_time() -> None:
    with other_side(_drip) as server, client_for(server, total_s=0.3, read_s=5, stream_total_s=0.3) as client:
        with pytest.raises(TooSlow):
            client.request("GET", server.url)
        with client.stream("GET", server.url) as stream, pytest.raises(TooSlow):
            list(stream.chunks())


def test_headers_that_drip_are_given_up_after_the_total_time() -> None:
    def slow_headers(handler: Handler, seen: Seen) -> None:
        try:
            for letter in b"HTTP/1.1 200 OK\r\n" + b"X-Filler: 1\r\n" * 100:
                handler.wfile.write(bytes([letter]))
                time.sleep(0.02)
        except OSError:
            pass
        handler.close_connection = True

    with (
        other_side(slow_headers) as server,
        client_for(server, total_s=0.3, read_s=5) as client,
        pytest.raises(TooSlow),
    ):
        client.request("GET", server.url)


def test_a_server_that_says_nothing_is_given_up_after_the_read_time() -> None:
    with (
        other_side(lambda handler, seen: time.sleep(1.0)) as server,
        client_for(server, read_s=0.2) as client,
        pytest.raises(TooSlow, match="in time"),
    ):
        client.request("GET", server.url)


def test_retry_after_is_honoured_then_the_answer_comes() -> None:
    waits: list[float] = []

    def busy_twice(handler: Handler, seen: Seen) -> None:
        if len(handler.server.seen) < 3:
            handler.send(503, b"", Retry_After="7")
        else:
            handler.send(200, b"at last")

    with other_side(busy_twice) as server, client_for(server, waits=waits) as client:
        assert client.request("GET", server.url).body == b"at last"
    assert waits == [7.0, 7.0]


def test_a_wait_that_is_too_long_is_handed_to_the_caller() -> None:
    waits: list[float] = []
    with other_side(saying(b"", 429, Retry_After="86400")) as server, client_for(server, waits=waits) as client:
        reply = client.request("GET", server.url)
    assert (reply.status, reply.headers["retry-after"], waits, len(server.seen)) == (429, "86400", [], 1)


def test_waits_grow_and_end() -> None:
    waits: list[float] = []
    with other_side(saying(b"", 502)) as server, client_for(server, waits=waits) as client:
        assert client.request("GET", server.url).status == 502
    assert waits == [0.5, 1.0, 2.0]


def test_a_dead_host_is_tried_again_and_then_named() -> None:
    waits: list[float] = []
    with other_side(saying()) as server:
        client = client_for(server, waits=waits)
        url = server.url
    with client, pytest.raises(Unreachable):
        client.request("GET", url)
    assert len(waits) == 3


def test_a_post_is_sent_once_only() -> None:
    waits: list[float] = []
    with other_side(saying(b"", 503)) as server, client_for(server, waits=waits) as client:
        assert client.request("POST", server.url, json={"n": 1}).status == 503
    assert (len(server.seen), waits) == (1, [])


def test_every_attempt_is_signed_anew() -> None:
    numbers = iter(range(10))
    with other_side(saying(b"", 503)) as server, client_for(server, waits=[]) as client:
        client.request("GET", server.url, sign=lambda: Signed({"X-Nonce": str(next(numbers))}))
    assert [seen.headers["x-nonce"] for seen in server.seen] == ["0", "1", "2", "3"]


def test_a_proof_in_the_query_is_made_anew_and_not_told_in_errors() -> None:
    numbers = iter(range(10))
    with other_side(saying(b"", 503)) as server, client_for(server, waits=[]) as client:
        client.request(
            "GET", server.url, params={"q": "一"}, sign=lambda: Signed(params={"sign": f"geheim{next(numbers)}"})
        )
    assert [seen.path for seen in server.seen[:2]] == ["/?q=%E4%B8%80&sign=geheim0", "/?q=%E4%B8%80&sign=geheim1"]
    with (
        other_side(saying(b"longer than one byte")) as server,
        client_for(server) as client,
        pytest.raises(TooLarge) as caught,
    ):
        client.request("GET", server.url, max_bytes=1, sign=lambda: Signed(params={"sign": "geheim"}))
    assert "geheim" not in str(caught.value)


def test_a_stream_is_read_in_chunks_and_gives_its_connection_back() -> None:
    with other_side(saying(b"x" * (3 * MIB))) as server, client_for(server) as client:
        for _ in range(30):
            with client.stream("GET", server.url, params={"a": "一"}) as stream:
                assert sum(len(chunk) for chunk in stream.chunks()) == 3 * MIB
    assert server.seen[0].path == "/?a=%E4%B8%80"


def test_a_stream_that_is_not_read_to_its_end_does_no_harm() -> None:
    with other_side(saying(b"x" * (3 * MIB))) as server, client_for(server) as client:
        for _ in range(25):
            with client.stream("GET", server.url) as stream:
                next(stream.chunks())


def test_retry_after_is_read_as_seconds_or_date() -> None:
    now = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
    assert asked_wait_s("120", now) == 120
    assert asked_wait_s(format_datetime(now + timedelta(seconds=90), usegmt=True), now) == 90
    assert asked_wait_s(format_datetime(now - timedelta(seconds=90), usegmt=True), now) == 0
    assert asked_wait_s("soon", now) is None
    assert asked_wait_s(None, now) is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@h.example:8443/a/b?token=abc&page=2#f", "https://h.example:8443/a/b?token=…&page=…"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("http://[bad", "(unreadable address)"),
        ("http://h/" + "x" * 500, "http://h/" + "x" * 190 + "…"),
    ],
)
def test_addresses_in_messages_hold_no_secret(url: str, shown: str) -> None:
    assert redact_url(url) == shown


def test_every_error_is_of_one_family() -> None:
    assert all(issubclass(kind, OutboundError) for kind in (TooLarge, TooSlow, Truncated, Unreachable))
