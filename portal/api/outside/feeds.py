"""Atom feeds, which `portal.web` serves."""

from dataclasses import replace

from marshmallow import fields

from portal.api.operations import Gives
from portal.api.outside.telling import DESCRIBED, taking, tell, text, whole
from portal.api.path_parts import declare_part
from portal.index.facets import FACETS

_FOUND = Gives(
    200,
    media_types=("application/atom+xml",),
    text="A page of the feed; `rel=next` in it leads on.",
    headers=(*DESCRIBED, "Content-Language"),
)
_FEED = replace(_FOUND, headers=(*_FOUND.headers, "Last-Modified"))
_CHANGES = taking(
    "FeedParameters", before=whole("Number of the change to go on before, as `rel=next` has it.", least=1, most=10**17)
)
_SEARCH = taking(
    "SearchFeedParameters",
    q=text("Words, as in the search for datasets."),
    page=whole("Number of the page, from 1.", least=1, most=100),
    **{
        facet.name: fields.List(
            fields.String(), metadata={"description": f"{facet.description} Repeat it for any of several values."}
        )
        for facet in FACETS
    },
)

declare_part("tongue", "Language of the feed.", values=("zh", "en"))
declare_part("dataset_id", "Id of a dataset.", "^[a-z2-7]{16}$")

for _name, _path, _summary, _takes in (
    ("feed_catalogue", "/feeds/<tongue>/catalogue.atom", "Feed of the whole catalogue", _CHANGES),
    ("feed_publisher", "/feeds/<tongue>/publisher/<slug>.atom", "Feed of a department", _CHANGES),
    ("feed_theme", "/feeds/<tongue>/theme/<slug>.atom", "Feed of a theme", _CHANGES),
    ("feed_dataset", "/feeds/<tongue>/dataset/<dataset_id>.atom", "Feed of a dataset's versions", taking("NoFeed")),
    ("feed_search", "/feeds/<tongue>/search.atom", "Feed of a search", _SEARCH),
    ("ckan_feed_catalogue", "/feeds/dataset.atom", "Feed of the catalogue where CKAN has it", _CHANGES),
    ("ckan_feed_publisher", "/feeds/organization/<slug>.atom", "Feed of a department where CKAN has it", _CHANGES),
    ("ckan_feed_theme", "/feeds/group/<slug>.atom", "Feed of a theme where CKAN has it", _CHANGES),
):
    tell(
        _name,
        _path,
        summary=_summary,
        description="Atom with the newest change of each dataset; what was withdrawn is an `at:deleted-entry` with its reason.",
        tag="feeds",
        takes=_takes,
        takes_headers=() if _takes is _SEARCH else ("If-Modified-Since",),
        gives=(_FOUND if _takes is _SEARCH else _FEED,),
        problems=("gone",),
    )
