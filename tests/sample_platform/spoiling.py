"""How answers are spoiled. Everything is deterministic: the same rule spoils the same answer in the same way."""

import gzip
import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .mischief import Rule

if TYPE_CHECKING:
    from .server import Handler

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>统一身份认证平台</title></head><body><form>请登录</form></body></html>"


class Spoiled:
    """A whole answer of its own, not an envelope with other data."""

    def __init__(self, send: "Callable[[Handler], None]") -> None:
        self.send = send


def spoil(rule: Rule, data: bytes) -> bytes | Spoiled:
    """Other `data` for the envelope, or an answer of its own."""
    whole = _WHOLE.get(rule.kind)
    if whole:
        return Spoiled(lambda handler: whole(handler, rule, data))
    if rule.kind == "replace":
        return str(rule.value).encode()
    values = json.loads(data)
    _INSIDE[rule.kind](values, rule)
    return json.dumps(values, ensure_ascii=False).encode()


def _envelope(data: bytes) -> bytes:
    return b'{"code":"0","msg":"ok","data":' + data + b"}"


def _body(data: bytes) -> bytes:
    """As it would have been sent: JSON in its envelope, files bare."""
    return _envelope(data) if data[:1] in b"{[" else data


def _error_200(handler: "Handler", rule: Rule, data: bytes) -> None:
    handler.send_envelope(str(rule.value or "50000"), "系统繁忙，请稍后再试")


def _double_encoded(handler: "Handler", rule: Rule, data: bytes) -> None:
    handler.send_bytes(200, "application/json", json.dumps(_envelope(data).decode(), ensure_ascii=False).encode())


def _login_page(handler: "Handler", rule: Rule, data: bytes) -> None:
    handler.send_bytes(200, "text/html; charset=utf-8", LOGIN_PAGE.encode())


def _slow(handler: "Handler", rule: Rule, data: bytes) -> None:
    time.sleep(float(rule.value or 2))
    handler.send_bytes(200, "application/json", _body(data))


def _drip(handler: "Handler", rule: Rule, data: bytes) -> None:
    """A byte at a time, `value` seconds apart."""
    body = _body(data)
    _head(handler, len(body))
    for position in range(len(body)):
        try:
            handler.wfile.write(body[position : position + 1])
        except OSError:
            return
        time.sleep(float(rule.value or 0.1))


def _broken(handler: "Handler", rule: Rule, data: bytes) -> None:
    body = _body(data)
    _head(handler, len(body))
    handler.wfile.write(body[: len(body) // 2])
    _hang_up(handler)


def _reset(handler: "Handler", rule: Rule, data: bytes) -> None:
    _hang_up(handler)


def _hang_up(handler: "Handler") -> None:
    handler.close_connection = True
    with suppress(OSError):
        handler.connection.shutdown(socket.SHUT_RDWR)


def _truncated_file(handler: "Handler", rule: Rule, data: bytes) -> None:
    """A correct HTTP answer with the second half of the file missing."""
    handler.send_bytes(200, "application/octet-stream", data[: len(data) // 2])


def _bomb(handler: "Handler", rule: Rule, data: bytes) -> None:
    """Gzip of `value` MiB of zeros."""
    body = gzip.compress(bytes(int(rule.value or 200) << 20), 9)
    handler.send_bytes(200, "application/json", body, Content_Encoding="gzip")


def _huge(handler: "Handler", rule: Rule, data: bytes) -> None:
    """`value` MiB without a Content-Length."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    with suppress(OSError):
        for _ in range(int(rule.value or 200)):
            handler.wfile.write(bytes(1 << 20))


def _status(handler: "Handler", rule: Rule, data: bytes) -> None:
    """`value`: a status, or {"status": …, "retry_after": …}."""
    value = rule.value if isinstance(rule.value, dict) else {"status": rule.value or 503}
    headers = {"Retry_After": str(value["retry_after"])} if "retry_after" in value else {}
    handler.send_bytes(int(value["status"]), "text/plain", b"unavailable", **headers)


def _redirect(handler: "Handler", rule: Rule, data: bytes) -> None:
    handler.send_bytes(302, "text/plain", b"", Location=str(rule.value))


def _gb18030(handler: "Handler", rule: Rule, data: bytes) -> None:
    handler.send_bytes(200, "application/json", _body(data).decode().encode("gb18030"))


def _not_json(handler: "Handler", rule: Rule, data: bytes) -> None:
    handler.send_bytes(200, "application/json", _body(data)[:-20])


def _head(handler: "Handler", length: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(length))
    handler.end_headers()


_WHOLE: dict[str, "Callable[[Handler, Rule, bytes], None]"] = {
    "error_200": _error_200,
    "double_encoded": _double_encoded,
    "login_page": _login_page,
    "slow": _slow,
    "drip": _drip,
    "broken": _broken,
    "reset": _reset,
    "truncated_file": _truncated_file,
    "bomb": _bomb,
    "huge": _huge,
    "status": _status,
    "redirect": _redirect,
    "gb18030": _gb18030,
    "not_json": _not_json,
}


def _empty_page(values: dict[str, Any], rule: Rule) -> None:
    values["items" if "items" in values else "rows"] = []


def _no_identifier(values: dict[str, Any], rule: Rule) -> None:
    values["items"][int(rule.value or 0)].pop("resourceId")


def _same_identifier(values: dict[str, Any], rule: Rule) -> None:
    values["items"][1]["resourceId"] = values["items"][0]["resourceId"]


def _not_an_object(values: dict[str, Any], rule: Rule) -> None:
    values["items"][int(rule.value or 0)] = "资源"


def _duplicate_columns(values: dict[str, Any], rule: Rule) -> None:
    values["columns"][1] = values["columns"][0]


def _empty_column(values: dict[str, Any], rule: Rule) -> None:
    values["columns"][-1] = ""


def _long_title(values: dict[str, Any], rule: Rule) -> None:
    values["items"][0]["name"] = "长" * 10_000


def _extra_column(values: dict[str, Any], rule: Rule) -> None:
    values["columns"].append(str(rule.value or "新增列"))
    for number, row in enumerate(values["rows"]):
        row.append(f"值{number}")


def _drop_column(values: dict[str, Any], rule: Rule) -> None:
    """The rows come without the column `value`, which the entry still announces."""
    if rule.value in values["columns"]:
        place = values["columns"].index(rule.value)
        values["columns"].pop(place)
        for row in values["rows"]:
            row.pop(place)


def _ragged_row(values: dict[str, Any], rule: Rule) -> None:
    values["rows"][-1].append("多余")


def _missing_total(values: dict[str, Any], rule: Rule) -> None:
    values.pop("total")


_INSIDE: dict[str, Callable[[dict[str, Any], Rule], None]] = {
    "empty_page": _empty_page,
    "no_identifier": _no_identifier,
    "same_identifier": _same_identifier,
    "not_an_object": _not_an_object,
    "duplicate_columns": _duplicate_columns,
    "empty_column": _empty_column,
    "long_title": _long_title,
    "extra_column": _extra_column,
    "drop_column": _drop_column,
    "ragged_row": _ragged_row,
    "missing_total": _missing_total,
}
