"""The OpenSearch description (1.1 draft 6): how a browser or a search tool asks the portal, and suggestions for it."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from portal.exports.metadata.site import Site
from portal.kernel.text import Language, Text

MEDIA_TYPE = "application/opensearchdescription+xml"
SUGGESTIONS_TYPE = "application/x-suggestions+json"
_MOST_NAME = 16  # the standard's limits for these elements, in characters
_MOST_LONG_NAME = 48
_TAGS = {Language.ZH: "zh-CN", Language.EN: "en"}
_ABOUT = {
    Language.ZH: "查找本站开放的公共数据。",
    Language.EN: "Find the public data of this site.",
}


def describe_search(site: Site, language: Language) -> str:
    """The description in one language: its page of results, the feed of them, suggestions, and the API.

    A client leaves empty what a template has with a question mark and it does not know; the feed takes an empty page.
    """
    name = site.name.shown(language).value
    home = f"{site.base}/{language.value}"
    results = f"{home}/search?q={{searchTerms}}"
    feed = f"{site.base}/feeds/{language.value}/search.atom?q={{searchTerms}}&page={{startPage?}}"
    suggestions = f"{home}/opensearch/suggestions.json?q={{searchTerms}}"
    by_api = f"{site.base}/api/v1/datasets?q={{searchTerms}}"
    lines = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
        f"<ShortName>{escape(name[:_MOST_NAME].strip())}</ShortName>",
        f"<LongName>{escape(name[:_MOST_LONG_NAME].strip())}</LongName>",
        f"<Description>{escape(_ABOUT[language])}</Description>",
        f'<Url type="text/html" template={quoteattr(results)}/>',
        f'<Url type="application/atom+xml" rel="results" template={quoteattr(feed)}/>',
        f'<Url type="{SUGGESTIONS_TYPE}" rel="suggestions" template={quoteattr(suggestions)}/>',
        f'<Url type="application/json" rel="results" template={quoteattr(by_api)}/>',
        f'<Url type="{MEDIA_TYPE}" rel="self" template={quoteattr(f"{home}/opensearch.xml")}/>',
        f"<Language>{_TAGS[language]}</Language>",
        "<InputEncoding>UTF-8</InputEncoding>",
        "<OutputEncoding>UTF-8</OutputEncoding>",
        "</OpenSearchDescription>",
    )
    return "\n".join((*lines, ""))


def suggest(typed: str, found: Sequence[tuple[str, Text]], site: Site, language: Language) -> list[object]:
    """Suggestions as the extension of OpenSearch has them: what was typed, titles, nothing about them, pages."""
    titles = [title.shown(language).value or ref for ref, title in found]
    return [typed, titles, [""] * len(titles), [site.page(language, ref) for ref, _ in found]]
