"""Addresses that answers lead to, absolute, under the public address of the site."""

from urllib.parse import quote, urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from portal.http.context import parts
from portal.kernel.text import Language


class Links:
    """Addresses of things under one base."""

    def __init__(self, base_url: str) -> None:
        self.base = base_url.rstrip("/")
        self.api = f"{self.base}/api/v1"

    def dataset(self, ref: str) -> str:
        return f"{self.api}/datasets/{ref}"

    def page(self, language: Language, ref: str) -> str:
        return f"{self.base}/{language}/dataset/{ref}"

    def application(self, language: Language, application_id: str) -> str:
        return f"{self.base}/{language}/account/applications/{application_id}"

    def publisher(self, slug: str) -> str:
        return f"{self.api}/publishers/{quote(slug)}"

    def theme(self, slug: str) -> str:
        return f"{self.api}/themes/{quote(slug)}"

    def table(self, ref: str, part: str) -> str:
        return f"{self.api}/datasets/{ref}/tables/{quote(part)}"

    def download(self, ref: str, part: str, format_name: str) -> str:
        return f"{self.base}/download/{ref}/{quote(part)}.{format_name}"


def links() -> Links:
    """Addresses under the public address of this site."""
    return Links(parts().settings.base_url)


def next_slice(total: int | None, offset: int, limit: int, shown: int, deepest: int | None = None) -> str | None:
    """The address of the next slice of this list, with everything else as it was; None at the end."""
    following = offset + limit
    if not shown or (total is not None and following >= total) or (deepest is not None and following >= deepest):
        return None
    return _slice_from(following)


def earlier_slices(offset: int, limit: int) -> dict[str, str]:
    """Relation → address of the slices before this one, the first and the previous; none at the beginning."""
    return {"first": _slice_from(0), "prev": _slice_from(max(0, offset - limit))} if offset else {}


def _slice_from(offset: int) -> str:
    arguments = MultiDict(request.args.items(multi=True))
    arguments["offset"] = str(offset)
    return f"{links().base}{request.path}?{urlencode(list(arguments.items(multi=True)))}"
