"""What the production parts hold and may be read there: by the web's own database role, in the engine, in the object store."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

from obstore.store import S3Store
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.journey.stack import Stack
from tests.served.behind import stored_allowance, take_database, take_files, take_log
from tests.served.crawl import STARTS, crawl
from tests.served.doors import OverHttp
from tests.served.examining import Examination, Leak
from tests.served.opening import json_texts

_SERVICES = ("portal", "worker")
_TOKENS = ("349901", "1390000")  # what the sample's identity and mobile numbers begin with


def examine_stack(stack: Stack, own: frozenset[str], datasets: tuple[str, ...]) -> tuple[list[Leak], dict[str, int]]:
    """The leaks, and how much was looked at: some datasets at every door through nginx, and everything behind the doors."""
    owner = create_engine(make_url(stack.servers.postgres).set(drivername="postgresql+psycopg"))
    web = create_engine(make_url(stack.environment("portal")["PORTAL_DATABASE_URL"]))
    door, counts = OverHttp(stack.base_url), {}
    try:
        with owner.connect() as connection:
            examination = Examination(stored_allowance(connection), own)
        for dataset_id in datasets:
            for served in crawl(door, about=dataset_id, starts=() if examination.count else STARTS):
                examination.take(served)
        counts["answers"] = examination.count
        with web.connect() as connection:
            counts["rows that the web's role reads"] = take_database(examination, connection)
        with owner.connect() as connection:
            counts["objects"] = take_files(examination, _objects(stack), connection)
    finally:
        owner.dispose()
        web.dispose()
    counts["documents"] = _take_engine(examination, stack.servers.elasticsearch)
    counts["lines of logs"] = sum(take_log(examination, f"log of {name}", stack.log(name)) for name in _SERVICES)
    return examination.finish(), counts


def datasets_of(stack: Stack, *record_ids: str) -> tuple[str, ...]:
    """The published datasets of these records of the sample."""
    owner = create_engine(make_url(stack.servers.postgres).set(drivername="postgresql+psycopg"))
    with owner.connect() as connection:
        rows = connection.execute(text("SELECT id, source_key FROM dataset WHERE state = 'published'")).all()
    owner.dispose()
    return tuple(str(row.id) for row in rows if row.source_key.removeprefix("sample:") in record_ids)


def _objects(stack: Stack) -> Iterator[tuple[str, bytes]]:
    environment = stack.environment("worker")
    store = S3Store(
        stack.bucket, endpoint=stack.servers.s3, access_key_id=environment["PORTAL_STORE_KEY"],
        secret_access_key=environment["PORTAL_STORE_SECRET"], region="us-east-1",
        client_options={"allow_http": True}, virtual_hosted_style_request=False,
    )  # fmt: skip
    for key in [str(item["path"]) for batch in store.list() for item in batch]:
        yield key, bytes(store.get(key).bytes())


def _take_engine(examination: Examination, address: str) -> int:
    """Every document of every index of the portal: what the engine gives back of it (documents themselves are not kept), and
    whether any can be found by a token that begins like something planted; how many."""
    indexes = _asked(f"{address}/portal*/_mapping")
    properties = next(iter(indexes.values()))["mappings"]["properties"]
    names = ",".join(name for name, field in properties.items() if field["type"] == "keyword")
    found = _asked(f"{address}/portal*/_search?size=1000&docvalue_fields={names}")["hits"]["hits"]
    for document in found:
        for words in json_texts([document.get("_source", {}), list(document.get("fields", {}).values())]):
            examination.take_text(f"document of {document['_index']}", words, str(document["_id"]))
    for token in _TOKENS:
        if _asked(f"{address}/portal*/_count?lenient=true&analyze_wildcard=true&q={token}*")["count"]:
            examination.leaks.add(Leak(f"token {token} of the engine", "planted"))
    return len(found)


def _asked(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)
