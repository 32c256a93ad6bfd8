"""The catalogue and its datasets in the formats of other people, which `portal.linked` serves."""

from portal.api.operations import Gives
from portal.api.outside.telling import DESCRIBED, taking, tell, text, whole
from portal.api.path_parts import declare_part

_GRAPHS = ("text/turtle", "application/rdf+xml", "application/ld+json")
_GRAPH = Gives(200, media_types=_GRAPHS, text="The description.", headers=(*DESCRIBED, "Link"))
_SPOKEN = (*DESCRIBED, "Link", "Content-Language")
_ELSEWHERE = Gives(303, text="Where it is, in the form that you prefer.", headers=("Location", "Vary"))
_PREFERRED = ("Accept-Language",)
_PAGES = tuple(
    Gives(status, media_types=("text/html",), text="A page that says what went wrong.")
    for status in (400, 404, 405, 414, 429, 500, 503)
)

declare_part("extension", "Form: Turtle, RDF/XML or JSON-LD.", values=("ttl", "rdf", "jsonld"))
declare_part("lang", "Language of the answer.", values=("zh", "en"))

tell(
    "name_catalogue",
    "/catalog",
    summary="The catalogue's name",
    description="Leads to the description in the form that `Accept` prefers, or to the search page.",
    tag="linked",
    gives=(_ELSEWHERE,),
    takes_headers=_PREFERRED,
    problems=("not-acceptable",),
)
tell(
    "show_catalogue",
    "/catalog.<extension>",
    summary="The catalogue as DCAT-AP",
    description="100 datasets to the page, linked with Hydra and by `Link`. Follow `next`: it meets every dataset once.",
    tag="linked",
    takes=taking(
        "CataloguePageParameters",
        page=whole("Number of the page, from 1.", least=1),
        after=text("Id of the dataset that the page follows on, as `next` has it."),
    ),
    gives=(Gives(200, media_types=_GRAPHS, text="One page of the catalogue.", headers=(*DESCRIBED, "Link")),),
    problems=("not-found",),
)
tell(
    "name_dataset",
    "/dataset/<ref>",
    summary="A dataset's name",
    description="Leads to the description in the form that `Accept` prefers, or to the page.",
    tag="linked",
    gives=(_ELSEWHERE,),
    takes_headers=_PREFERRED,
    problems=("gone", "not-acceptable"),
)
tell(
    "show_dcat",
    "/dataset/<ref>.<extension>",
    summary="A dataset as DCAT-AP",
    description="One dataset with its distributions, in Turtle, RDF/XML or JSON-LD.",
    tag="linked",
    gives=(_GRAPH,),
    problems=("gone",),
)
for _name, _file, _media_type, _summary, _description, _headers in (
    (
        "show_schema_org",
        "schema.jsonld",
        "application/ld+json",
        "A dataset as schema.org",
        "What search engines read, in the language that `Accept-Language` prefers.",
        _SPOKEN,
    ),
    (
        "show_croissant",
        "croissant.json",
        "application/ld+json",
        "A dataset as Croissant",
        "What tools for machine learning read, in the language that `Accept-Language` prefers.",
        _SPOKEN,
    ),
    (
        "show_data_package",
        "datapackage.json",
        "application/json",
        "A dataset as a data package",
        "The descriptor of a Frictionless data package, with every table's schema.",
        (*DESCRIBED, "Link"),
    ),
):
    tell(
        _name,
        f"/dataset/<ref>/{_file}",
        summary=_summary,
        description=_description,
        tag="linked",
        gives=(Gives(200, media_types=(_media_type,), text="The description.", headers=_headers),),
        takes_headers=("Accept-Language",) if _headers is _SPOKEN else (),
        problems=("gone",),
    )
tell(
    "show_data_json",
    "/data.json",
    summary="The catalogue as data.json",
    description="Every dataset in one DCAT-US document.",
    tag="linked",
    gives=(Gives(200, media_types=("application/json",), text="The document.", headers=("ETag",)),),
)
tell(
    "show_package_catalogue",
    "/datacatalog.json",
    summary="The catalogue of data packages",
    description="Every dataset as a data package, with its descriptor.",
    tag="linked",
    gives=(Gives(200, media_types=("application/json",), text="The document.", headers=("ETag",)),),
)
tell(
    "show_search_description",
    "/<lang>/opensearch.xml",
    summary="How to search here",
    description="The OpenSearch description, for browsers and search tools.",
    tag="linked",
    gives=(
        Gives(
            200,
            media_types=("application/opensearchdescription+xml",),
            text="The description.",
            headers=DESCRIBED,
        ),
    ),
    errors=_PAGES,
    has_problems=False,
    permission="none",
    budget="pages",
    is_shared=False,
)
tell(
    "suggest_titles",
    "/<lang>/opensearch/suggestions.json",
    summary="Suggestions for a search",
    description="Titles that go with what was typed, as OpenSearch has them: the words, titles, descriptions, pages.",
    tag="linked",
    takes=taking("SuggestionParameters", q=text("What was typed so far.")),
    gives=(
        Gives(
            200,
            media_types=("application/x-suggestions+json",),
            text="Four lists that go together.",
            headers=DESCRIBED,
        ),
    ),
    errors=_PAGES,
    has_problems=False,
    budget="pages",
    is_shared=False,
)
