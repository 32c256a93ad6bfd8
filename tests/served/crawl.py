"""Everything that a portal serves to somebody who follows each address that it tells, and guesses some besides."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, urlsplit

from tests.served.doors import Door, Reply

STARTS = ("/", "/zh/", "/en/", "/sitemap.xml", "/robots.txt", "/api/v1/", "/api/v1/datasets", "/api/v1/openapi.json",
          "/zh/search", "/en/search", "/zh/objection", "/en/objection", "/zh/coverage", "/en/coverage", "/api/v1/coverage",
          "/zh/about/gate", "/en/about/gate", "/api/v1/publishers", "/api/v1/themes", "/api/v1/me/quota", "/healthz")  # fmt: skip
FORMATS = ("csv", "geojson", "original")  # whether offered or not; pages link to those that are
_QUERIES = ("停车", "parking", "登记", "名单", "号码", "title:区", "-区", '"便民"', "349901", "1390000", "")
_HOSTILE = (
    "%00",
    "%ff",
    "'",
    "../../etc/passwd",
    "<script>",
    "' OR 1=1 --",
    "{{7*7}}",
    "9" * 400,
    "@v0",
    "@v99999",
    "@v-1",
)
_LINK = re.compile(
    r"""(?:href|src|action)="([^"#]+)|<loc>([^<]+)</loc>|"((?:https?://[^/"\s]+)?/(?:api|download|zh|en|sitemap)[^"\s{}]*)\""""
)
_DATASET = re.compile(r"/(?:dataset|datasets|download)/([0-9a-z]{16})(?:@v(\d+))?")
_TABLE = re.compile(r"/datasets/([0-9a-z]{16})(?:@v\d+)?/tables/([^/?]+)")
_FACETED = re.compile(r"/(?:zh/search|en/search|api/v1/datasets)\?")
_SORTED = re.compile(r"/(?:en/dataset/[^?]*|[^?]*@[^?]*)/data/[^?]*\?")  # sorted and chosen rows: in one of the doors
_NEXT = re.compile(r"[?&](?:cursor|page|offset)=")
_READABLE = ("text/html", "application/json", "application/xml", "text/xml", "application/ld+json", "text/plain")
_MOST, _CHOICES = 20_000, 4


@dataclass(frozen=True, slots=True)
class Served:
    """One answer. `dataset_id`: whose it is, or empty."""

    address: str
    reply: Reply

    @property
    def dataset_id(self) -> str:
        found = _DATASET.search(self.address)
        return found[1] if found else ""

    @property
    def name(self) -> str:
        return urlsplit(self.address).path.rsplit("/", 1)[-1]


def crawl(
    door: Door,
    *,
    queries: Iterable[str] = (),
    starts: Iterable[str] = (),
    guesses: Iterable[str] = (),
    about: str = "",
) -> Iterator[Served]:
    """Every answer, breadth first. `queries`: more words to search for; `starts`: more to begin at; `guesses`: addresses
    that nothing links to, whose answers are not followed; `about`: a dataset, to which the walk is confined.

    Each value of a facet is walked, no pairs of them; rows and versions to their end by the API, some choices of rows on
    pages; every file in every format; HEAD of one address in ten.
    """
    all_doors = [*STARTS, *_searches([*_QUERIES, *queries]), *_wrong()]
    waiting = deque([*([f"/zh/dataset/{about}"] if about else all_doors), *starts])
    known, chosen = set(waiting), Counter[str]()  # the second: how many choices of rows were looked at on a page
    for number in range(_MOST):
        if not waiting:
            break
        address = waiting.popleft()
        reply = door.ask(address)
        yield Served(address, reply)
        if number % 10 == 0:
            yield Served(address, door.ask(address, "HEAD"))
        for link in _links(address, reply):
            page = link.partition("?")[0] if "/data/" in link else ""
            if link not in known and about in link and chosen[page] < _CHOICES:
                chosen.update([page] if page else [])
                known.add(link)
                waiting.append(link)
    else:
        raise AssertionError(f"More than {_MOST:,} addresses: the crawl does not end.")
    yield from (Served(one, door.ask(one)) for one in dict.fromkeys(guesses) if one not in known and about in one)


def _links(address: str, reply: Reply) -> Iterator[str]:
    if not reply.mimetype.startswith(_READABLE) or reply.status >= 400 or "/download/" in address:
        return
    for groups in _LINK.findall(reply.body.decode("utf-8", "replace")):
        link = unescape(next(filter(None, groups)))
        parts = urlsplit(link)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        is_deep = path.count("&") >= (1 if _FACETED.match(path) else 2) or _SORTED.match(path)
        if path.startswith("/") and not path.startswith("/static") and (not is_deep or _NEXT.search(path)):
            yield path
            yield from _beside(path)


def _beside(path: str) -> Iterator[str]:
    """What goes with an address that was told: the other doors to the same dataset and table."""
    if found := _DATASET.search(path):
        pinned = f"{found[1]}@v{found[2]}" if found[2] else found[1]
        yield from (f"/{language}/dataset/{pinned}" for language in ("zh", "en"))
        yield from (
            f"/api/v1/datasets/{pinned}",
            f"/api/v1/datasets/{pinned}/versions",
            f"/zh/objection?dataset={found[1]}",
        )
    if found := _TABLE.search(path):
        dataset, slug = found[1], found[2]
        yield f"/api/v1/datasets/{dataset}/tables/{slug}"
        yield f"/api/v1/datasets/{dataset}/tables/{slug}/rows?limit=1000"
        yield from (f"/{language}/dataset/{dataset}/data/{slug}" for language in ("zh", "en"))
        yield f"/zh/dataset/{dataset}/outline/{slug}.svg"
        yield from (f"/download/{dataset}/{slug}.{name}" for name in FORMATS)


def _searches(words: Iterable[str]) -> Iterator[str]:
    for number, word in enumerate(words):
        asked, language = quote(word), ("zh", "en")[number % 2]
        yield from (f"/{language}/{page}?q={asked}" for page in ("search", "suggest"))
        yield from (f"/api/v1/datasets?q={asked}", f"/api/v1/suggestions?q={asked}")


def _wrong() -> Iterator[str]:
    """What nobody asks in earnest."""
    for word in _HOSTILE:
        asked = word if word.startswith("%") else quote(word, safe="")
        yield f"/zh/dataset/{asked}"
        yield f"/api/v1/datasets/{asked}"
        yield f"/api/v1/datasets?q={asked}&sort={asked}"
        yield f"/api/v1/datasets/{asked}/tables/{asked}/rows?where={asked}&cursor={asked}"
        yield f"/download/{asked}/{asked}.csv"
        yield f"/en/objection?dataset={asked}"
        yield f"/api/v1/exports/{asked}"
        yield f"/zh/job/{asked}"
