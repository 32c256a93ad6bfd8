"""From public changes to messages: each change once, in order, to every webhook that asked for it.

Changes come from the feed (`portal.catalogue.changes`), which tells what was committed and public; so nothing that a caller
may not see can reach a message, and nothing of a transaction that was rolled back. Messages and the place in the feed are
written in one transaction: a worker that is killed before it makes them again, none twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.catalogue.change_log import WITHDRAWN
from portal.catalogue.changes import ChangeView, find_newest_change, list_changes
from portal.catalogue.models import Dataset
from portal.db import Database, table_of
from portal.db.locks import lock
from portal.index import SearchRequest, SearchService
from portal.kernel.errors import InvalidInput
from portal.kernel.ids import new_id
from portal.kernel.principal import ANONYMOUS
from portal.webhooks.models import ACTIVE, Webhook, WebhookDelivery, WebhookProgress

_AT_ONCE = 200
_PAGE = 1_000
_INDEX_MAY_TAKE = timedelta(minutes=10)
_ROW = 1


def fan_out(database: Database, search: SearchService, base_url: str, now: datetime) -> int:
    """Make the messages that are due because of changes; how many changes were looked at."""
    with database.reading() as session:
        progress = session.scalar(select(WebhookProgress.number)) or 0
        if find_newest_change(session) <= progress:
            return 0
        changes = list_changes(session, ANONYMOUS, progress, _AT_ONCE)
        webhooks = _interested(session, changes)
        if any(one.search is not None for one in webhooks):
            changes = _indexed(session, changes, now)
        sent_before = _told_before(session, webhooks, changes)
    changed = tuple({change.dataset_id for change in changes})
    searches = {repr(one.search): one.search for one in webhooks if one.search is not None}
    found = {name: _match(search, asked, changed) for name, asked in searches.items()}
    rows = [
        _message(webhook, change, base_url, now)
        for change in changes
        for webhook in webhooks
        if _is_for(webhook, change, found, sent_before)
    ]
    if not changes:
        return 0
    with database.transaction() as session:
        lock(session, "webhooks")
        if (session.scalar(select(WebhookProgress.number)) or 0) != progress:
            return 0  # another worker was faster
        if rows:
            session.execute(insert(table_of(WebhookDelivery)), rows)
        if progress:
            session.execute(update(WebhookProgress).values(number=changes[-1].number))
        else:
            session.merge(WebhookProgress(id=_ROW, number=changes[-1].number))
    return len(changes)


def _interested(session: Session, changes: Sequence[ChangeView]) -> Sequence[Any]:
    """Active webhooks of these datasets, and of searches."""
    columns = (Webhook.id, Webhook.dataset_id, Webhook.search, Webhook.events, Webhook.since_number)
    of_datasets = Webhook.dataset_id.in_({change.dataset_id for change in changes})
    named = session.execute(select(*columns).where(Webhook.state == ACTIVE, of_datasets)).all()
    searching = select(*columns).where(Webhook.state == ACTIVE, Webhook.dataset_id.is_(None)).order_by(Webhook.id)
    found, page = [*named], session.execute(searching.limit(_PAGE)).all()
    while page:
        found += page
        page = session.execute(searching.where(Webhook.id > page[-1].id).limit(_PAGE)).all()
    return found


def _indexed(session: Session, changes: Sequence[ChangeView], now: datetime) -> tuple[ChangeView, ...]:
    """The changes up to the first whose dataset the search does not know yet as it is."""
    late = select(Dataset.id).where(Dataset.revision != Dataset.indexed_revision)
    unknown = set(session.scalars(late.where(Dataset.id.in_({change.dataset_id for change in changes}))))
    known = []
    for change in changes:
        if change.dataset_id in unknown and now - change.noticed_at < _INDEX_MAY_TAKE:
            break
        known.append(change)
    return tuple(known)


def _told_before(session: Session, webhooks: Sequence[Any], changes: Sequence[ChangeView]) -> set[tuple[str, str]]:
    """(webhook, dataset) of earlier messages: who was told of a dataset by a search is told that it is gone."""
    gone = {change.dataset_id for change in changes if change.kind == WITHDRAWN}
    searching = [one.id for one in webhooks if one.search is not None]
    if not gone or not searching:
        return set()
    query = select(WebhookDelivery.webhook_id, WebhookDelivery.dataset_id).where(
        WebhookDelivery.webhook_id.in_(searching), WebhookDelivery.dataset_id.in_(gone)
    )
    return {(webhook_id, dataset_id) for webhook_id, dataset_id in session.execute(query) if dataset_id is not None}


def _match(search: SearchService, asked: Mapping[str, Any], ids: tuple[str, ...]) -> frozenset[str]:
    """Those of the ids that a search finds now; none where its words can be read no longer."""
    facets = {name: tuple(values) for name, values in asked.get("facets", {}).items()}
    try:
        return search.match(SearchRequest(asked.get("q", ""), facets), ids)
    except InvalidInput:
        return frozenset()


def _is_for(
    webhook: Any, change: ChangeView, found: Mapping[str, frozenset[str]], sent_before: set[tuple[str, str]]
) -> bool:
    if change.kind not in webhook.events or change.number <= webhook.since_number:
        return False
    if webhook.search is None:
        return bool(webhook.dataset_id == change.dataset_id)
    if change.kind == WITHDRAWN:
        return (webhook.id, change.dataset_id) in sent_before or _was_of(webhook.search, change)
    return change.dataset_id in found[repr(webhook.search)]


def _was_of(asked: Mapping[str, Any], change: ChangeView) -> bool:
    """Whether a search found what is gone, where that can be known still: by department and theme alone."""
    chosen = {name: values for name, values in asked.get("facets", {}).items() if values}
    if asked.get("q", "").strip() or not set(chosen) <= {"department", "theme"}:
        return False
    has = {"department": {change.publisher_slug}, "theme": set(change.theme_slugs)}
    return all(not has[name].isdisjoint(values) for name, values in chosen.items())


def _message(webhook: Any, change: ChangeView, base_url: str, now: datetime) -> dict[str, Any]:
    payload = {
        "dataset": change.dataset_id,
        "version": change.version,
        "reason": change.reason or None,
        "cursor": str(change.number),
        "noticed_at": change.noticed_at.isoformat().replace("+00:00", "Z"),
        "url": f"{base_url.rstrip('/')}/api/v1/datasets/{change.dataset_id}",
    }
    return {
        "id": new_id(),
        "webhook_id": webhook.id,
        "change_number": change.number,
        "dataset_id": change.dataset_id,
        "event": f"dataset.{change.kind}",
        "payload": payload,
        "created_at": now,
        "due_at": now,
    }
