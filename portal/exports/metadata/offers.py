"""What can be fetched of a dataset, as every description lists it: one file after the other, with what is known of each.

The list is the same for every caller, since a description is for every cache: of conditional datasets it holds no file.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.catalogue.views import DatasetView, PartView
from portal.exports.formats import FORMATS
from portal.exports.metadata.site import Site, web_address
from portal.kernel.vocab import Openness, PartKind
from portal.tables.geometry import geometry_columns

TABLE_FORMATS = ("csv", "json", "parquet")
LAYER_FORMAT = "geojson"
PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to fetch a part. `format` is lower case; `download` is empty where only a page leads to it.

    `size_bytes` and `sha256` None: not known, since the file is made when it is first asked for.
    """

    part: PartView
    format: str
    media_type: str
    download: str
    size_bytes: int | None = None
    sha256: str | None = None

    @property
    def name(self) -> str:
        """Tells it from the others of its dataset."""
        return f"{self.part.slug}.{self.format or 'rows'}"


def is_for_all(view: DatasetView) -> bool:
    """Whether its data is everybody's."""
    return view.openness is Openness.UNCONDITIONAL


def pinned_ref(view: DatasetView) -> str:
    """The address of exactly this version, to which digests belong."""
    return f"{view.card.id}@v{view.version.number}"


def list_offers(view: DatasetView, site: Site) -> tuple[Offer, ...]:
    """Everything of a dataset that can be fetched, part by part; downloads are pinned to the version."""
    return tuple(offer for part in view.parts for offer in _of_part(view, part, site))


def _of_part(view: DatasetView, part: PartView, site: Site) -> Iterator[Offer]:
    if part.kind is PartKind.LINK:
        yield Offer(part, part.format, plain_type(part.media_type), web_address(part.url) if is_for_all(view) else "")
    elif not is_for_all(view):
        yield Offer(part, "" if part.kind is PartKind.TABLE else part.format, "", "")
    elif part.kind is PartKind.FILE:
        address = site.download(pinned_ref(view), part.slug, "original")
        yield Offer(part, part.format, plain_type(part.media_type), address, part.size_bytes, part.sha256)
    else:
        is_layer = part.schema is not None and bool(geometry_columns(part.schema.columns))
        for name in (*TABLE_FORMATS, *((LAYER_FORMAT,) if is_layer else ())):
            yield table_offer(view, part, name, site)


def table_offer(view: DatasetView, part: PartView, name: str, site: Site) -> Offer:
    """A table in one of the formats that are made of it."""
    is_itself = name == PARQUET
    return Offer(
        part,
        name,
        plain_type(FORMATS[name].media_type),
        site.download(pinned_ref(view), part.slug, name),
        part.size_bytes if is_itself else part.spooled_sizes.get(name),
        part.sha256 if is_itself else part.spooled_sha256.get(name),
    )


def plain_type(media_type: str) -> str:
    """A media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()
