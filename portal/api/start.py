"""The entrance of the API: where everything is."""

from portal.api.addresses import links
from portal.api.answers import IndexAnswer
from portal.api.operations import Answer, Gives, operation
from portal.catalogue.queries import count_catalogue
from portal.http.context import parts, principal, session

API_VERSION = "1.0"


@operation("/", summary="See where everything is", tag="start", gives=Gives(schema=IndexAnswer, headers=("Link",)))
def get_index(_nothing: None) -> Answer:
    """Addresses of the lists, the description and the readable page, and how much there is."""
    addresses, settings = links(), parts().settings
    counts = count_catalogue(session(), principal())
    return Answer(
        {
            "name": {"zh": settings.site_name_zh, "en": settings.site_name_en},
            "version": API_VERSION,
            "links": {
                "datasets": f"{addresses.api}/datasets",
                "changes": f"{addresses.api}/changes",
                "suggestions": f"{addresses.api}/suggestions",
                "publishers": f"{addresses.api}/publishers",
                "themes": f"{addresses.api}/themes",
                "vocabularies": f"{addresses.api}/vocabularies",
                "quota": f"{addresses.api}/me/quota",
                "description": f"{addresses.api}/openapi.json",
                "page_zh": f"{addresses.base}/zh/developers",
                "page_en": f"{addresses.base}/en/developers",
            },
            "counts": {
                "datasets": counts.datasets,
                "publishers": counts.publishers,
                "tables": counts.tables,
                "rows": counts.rows,
            },
        },
        links={"service-desc": f"{addresses.api}/openapi.json", "service-doc": f"{addresses.base}/en/developers"},
    )
