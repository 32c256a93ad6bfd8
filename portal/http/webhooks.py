"""Making a webhook for the caller, the same at the API and on the account's page."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from portal.catalogue.queries import get_dataset
from portal.http.context import parts, principal, session
from portal.http.refs import parse_ref
from portal.index import SearchRequest
from portal.webhooks.addresses import checked_url, registered_hosts
from portal.webhooks.commands import WebhookView, create_webhook


def make_webhook(
    account_id: str, *, url: str, dataset: str | None, search: Mapping[str, Any] | None, events: Sequence[str]
) -> WebhookView:
    """Make one. Raises InvalidInput, NotFound, Buried: what the caller cannot see is not followed."""
    checked = checked_url(url, registered_hosts(parts().settings.webhook_hosts))
    dataset_id = None
    if dataset is not None:
        dataset_id = get_dataset(session(), principal(), parse_ref(dataset)).card.id
    if search is not None:  # raises InvalidInput for words that cannot be read
        facets = {name: tuple(values) for name, values in search["facets"].items()}
        parts().search.search(SearchRequest(search["q"], facets, limit=1, with_facets=False))
    with parts().database.transaction() as writing:
        return create_webhook(
            writing,
            account_id,
            url=checked,
            dataset_id=dataset_id,
            search=search,
            events=events,
            now=datetime.now(UTC),
        )
