"""The feed of changes: what was created, updated or withdrawn since a cursor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from marshmallow import Schema, fields, post_load, validate

from portal.api.addresses import Links, links
from portal.api.answers.changes import ChangesAnswer
from portal.api.operations import Answer, operation
from portal.api.projections import Json, text_json
from portal.catalogue.change_log import WITHDRAWN
from portal.catalogue.changes import MOST_CHANGES, ChangeView, list_changes
from portal.catalogue.queries import list_cards
from portal.catalogue.views import DatasetCard
from portal.http.context import principal, session
from portal.i18n import REASONS, explain
from portal.kernel.text import Language

_CURSOR = "^(0|[1-9][0-9]{0,17})$"


@dataclass(frozen=True, slots=True)
class Since:
    """From where on, how many, and of whom."""

    number: int
    limit: int
    publisher: str
    theme: str


class ChangesParameters(Schema):
    """From where on."""

    since = fields.String(
        load_default="0",
        validate=validate.Regexp(_CURSOR, error="Not a cursor; give the `cursor` of an answer, or 0 for everything."),
        metadata={"description": "The `cursor` of the answer before; 0 gives everything from the beginning."},
    )
    limit = fields.Integer(
        load_default=100,
        validate=validate.Range(min=1, max=MOST_CHANGES),
        metadata={"description": "How many changes an answer has at most."},
    )
    publisher = fields.String(
        load_default="",
        validate=validate.Length(max=80),
        metadata={"description": "Slug of a department: changes of its datasets alone."},
    )
    theme = fields.String(
        load_default="",
        validate=validate.Length(max=80),
        metadata={"description": "Slug of a theme: changes of its datasets alone."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> Since:
        return Since(int(data["since"]), data["limit"], data["publisher"], data["theme"])


@operation("/changes", summary="Follow what changes", tag="changes", takes=ChangesParameters, gives=ChangesAnswer)
def follow_changes(asked: Since) -> Answer:
    """Datasets that were created, updated or withdrawn, in the order in which that became public; nothing is left out and the
    order never changes. Keep `cursor` and give it as `since` the next time. Of changes older than 180 days only the last of
    each dataset is kept, so any old cursor still leads to the right state."""
    found = list_changes(
        session(), principal(), asked.number, asked.limit + 1, publisher=asked.publisher, theme=asked.theme
    )
    shown = found[: min(asked.limit, MOST_CHANGES - 1)]
    cards = {card.id: card for card in list_cards(session(), principal(), tuple({one.dataset_id for one in shown}))}
    cursor = str(shown[-1].number) if shown else str(asked.number)
    has_more = len(found) > len(shown)
    next_url = _next(asked, cursor) if has_more else None
    addresses = links()
    return Answer(
        {
            "items": [change_json(one, cards.get(one.dataset_id), addresses) for one in shown],
            "cursor": cursor,
            "has_more": has_more,
            "next": next_url,
        },
        next_url=next_url,
    )


def change_json(change: ChangeView, card: DatasetCard | None, addresses: Links) -> Json:
    """One change; `card` None: nothing of the dataset is public any more."""
    reason = None
    if change.kind == WITHDRAWN:
        is_code = change.reason in REASONS
        reason = {x.value: explain(x, change.reason) if is_code else change.reason for x in Language}
    return {
        "cursor": str(change.number),
        "kind": change.kind,
        "dataset": change.dataset_id,
        "version": change.version,
        "title": text_json(card.title) if card else None,
        "publisher": change.publisher_slug,
        "themes": list(change.theme_slugs),
        "at": change.noticed_at,
        "reason": reason,
        "links": {
            "self": addresses.dataset(change.dataset_id),
            "page_zh": addresses.page(Language.ZH, change.dataset_id),
            "page_en": addresses.page(Language.EN, change.dataset_id),
        },
    }


def _next(asked: Since, cursor: str) -> str:
    pairs = [("since", cursor), ("limit", str(asked.limit)), ("publisher", asked.publisher), ("theme", asked.theme)]
    return f"{links().api}/changes?{urlencode([(name, value) for name, value in pairs if value])}"
