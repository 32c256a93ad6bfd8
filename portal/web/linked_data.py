"""Linked data inside a page: JSON that cannot end its script element."""

import json
from collections.abc import Mapping

from markupsafe import Markup


def script_of(members: Mapping[str, object]) -> Markup:
    """The members as JSON, safe inside `<script>`."""
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    for character, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - no character that could end the element is left
