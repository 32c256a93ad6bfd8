"""The OpenSearch description (1.1 draft 6): how a browser or a search tool asks the portal."""

from xml.sax.saxutils import escape, quoteattr

from portal.exports.metadata.site import Site
from portal.kernel.text import Language

MEDIA_TYPE = "application/opensearchdescription+xml"
_MOST_NAME = 16  # the standard's limits for these elements, in characters
_MOST_LONG_NAME = 48
_TAGS = {Language.ZH: "zh-CN", Language.EN: "en"}
_ABOUT = {
    Language.ZH: "查找本站开放的公共数据。",
    Language.EN: "Find the public data of this site.",
}


def describe_search(site: Site, language: Language) -> str:
    """The description in one language: its page of results, suggestions, and the API."""
    name = site.name.shown(language).value
    home = f"{site.base}/{language.value}"
    results = f"{home}/search?q={{searchTerms}}"
    by_api = f"{site.base}/api/v1/datasets?q={{searchTerms}}&limit={{count?}}&offset={{startIndex?}}"
    lines = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
        f"<ShortName>{escape(name[:_MOST_NAME].strip())}</ShortName>",
        f"<LongName>{escape(name[:_MOST_LONG_NAME].strip())}</LongName>",
        f"<Description>{escape(_ABOUT[language])}</Description>",
        f'<Url type="text/html" template={quoteattr(results)}/>',
        f'<Url type="application/json" rel="results" indexOffset="0" template={quoteattr(by_api)}/>',
        f'<Url type="{MEDIA_TYPE}" rel="self" template={quoteattr(f"{home}/opensearch.xml")}/>',
        f"<Language>{_TAGS[language]}</Language>",
        "<InputEncoding>UTF-8</InputEncoding>",
        "<OutputEncoding>UTF-8</OutputEncoding>",
        "</OpenSearchDescription>",
    )
    return "\n".join((*lines, ""))
