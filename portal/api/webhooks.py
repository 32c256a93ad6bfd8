"""`/me/webhooks`: making, seeing, trying and deleting the webhooks of the caller's account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from portal.api.answers.webhooks import (
    DeliveriesAnswer,
    NewWebhookAnswer,
    PingAnswer,
    WebhookAnswer,
    WebhooksAnswer,
)
from portal.api.operations import Answer, Gives, operation
from portal.api.parameters import MAX_FACET_VALUES, MAX_TEXT
from portal.api.path_parts import declare_part
from portal.api.projections import Json
from portal.catalogue.change_log import KINDS
from portal.http.context import parts, principal, session
from portal.http.webhooks import make_webhook
from portal.index.facets import FACETS
from portal.settings import site_secret
from portal.webhooks import commands
from portal.webhooks.addresses import LONGEST_URL
from portal.webhooks.signing import secret_of

declare_part("webhook_id", "Id of a webhook, as the list has it.", "^[a-z2-7]{16}$")
_OWN = "own_account"


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What is to be told to whom."""

    url: str
    dataset: str | None
    search: Mapping[str, Any] | None
    events: tuple[str, ...]


class SearchTerms(Schema):
    """A search for datasets."""

    q = fields.String(
        load_default="", validate=validate.Length(max=MAX_TEXT), metadata={"description": "Words, as in the search."}
    )
    facets = fields.Dict(
        keys=fields.String(validate=validate.OneOf([facet.name for facet in FACETS])),
        values=fields.List(
            fields.String(validate=validate.Length(min=1, max=200)), validate=validate.Length(max=MAX_FACET_VALUES)
        ),
        load_default=dict,
        metadata={
            "description": "Facet → chosen values.",
            "propertyNames": {"enum": [facet.name for facet in FACETS]},
        },
    )


class WebhookBody(Schema):
    """What is to be told to whom: of one dataset, or of a search."""

    url = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LONGEST_URL),
        metadata={"description": "An https address that takes POST.", "examples": ["https://example.org/hook"]},
    )
    dataset = fields.String(load_default=None, allow_none=True, metadata={"description": "Id of a dataset."})
    search = fields.Nested(
        SearchTerms, load_default=None, allow_none=True, metadata={"description": "A search, instead of a dataset."}
    )
    events = fields.List(
        fields.String(validate=validate.OneOf(KINDS)),
        load_default=lambda: list(KINDS),
        validate=validate.Length(min=1, max=len(KINDS)),
        metadata={"description": "What to tell of; left out: everything."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> NewWebhook:
        return NewWebhook(data["url"], data["dataset"], data["search"], tuple(data["events"]))


class LogParameters(Schema):
    """How much of the log."""

    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=commands.MOST_SHOWN),
        metadata={"description": "How many items an answer has at most."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> int:
        return int(data["limit"])


@operation(
    "/me/webhooks", summary="List your webhooks", tag="webhooks", gives=WebhooksAnswer, permission=_OWN, is_private=True
)
def list_webhooks(_nothing: None) -> Answer:
    """All webhooks of your account, without their secrets."""
    return Answer({"items": [webhook_json(one) for one in commands.list_webhooks(session(), _account())]})


@operation(
    "/me/webhooks",
    method="POST",
    summary="Make a webhook",
    tag="webhooks",
    body=WebhookBody,
    gives=Gives(201, NewWebhookAnswer, headers=("Location",)),
    permission=_OWN,
    problems=("not-found", "gone"),
    is_private=True,
)
def create_webhook(_nothing: None, wanted: NewWebhook) -> Answer:
    """Have an address told when a dataset, or anything that a search finds, is created, updated or withdrawn. Messages are
    signed as Standard Webhooks describes; the secret is shown in this answer alone."""
    made = make_webhook(_account(), url=wanted.url, dataset=wanted.dataset, search=wanted.search, events=wanted.events)
    secret = secret_of(made.id, made.generation, site_secret(parts().settings))
    address = f"{parts().settings.base_url.rstrip('/')}/api/v1/me/webhooks/{made.id}"
    return Answer(webhook_json(made) | {"secret": secret}, status=201, headers={"Location": address})


@operation(
    "/me/webhooks/<webhook_id>",
    summary="Get a webhook",
    tag="webhooks",
    gives=WebhookAnswer,
    permission=_OWN,
    is_private=True,
)
def get_webhook(_nothing: None, webhook_id: str) -> Answer:
    """One of your webhooks, without its secret."""
    return Answer(webhook_json(commands.get_webhook(session(), _account(), webhook_id)))


@operation(
    "/me/webhooks/<webhook_id>",
    method="DELETE",
    summary="Delete a webhook",
    tag="webhooks",
    gives=Gives(204, text="It is gone."),
    permission=_OWN,
    is_private=True,
)
def delete_webhook(_nothing: None, webhook_id: str) -> Answer:
    """Stop telling this address, and forget its log."""
    with parts().database.transaction() as writing:
        commands.delete_webhook(writing, _account(), webhook_id)
    return Answer(None, status=204)


@operation(
    "/me/webhooks/<webhook_id>/secret",
    method="POST",
    summary="Change the secret of a webhook",
    tag="webhooks",
    gives=NewWebhookAnswer,
    permission=_OWN,
    is_private=True,
)
def rotate_webhook_secret(_nothing: None, webhook_id: str) -> Answer:
    """Make a new secret. For a day, messages carry a signature with each of the two, so that nothing is lost meanwhile."""
    with parts().database.transaction() as writing:
        changed = commands.rotate_secret(writing, _account(), webhook_id, datetime.now(UTC))
    secret = secret_of(changed.id, changed.generation, site_secret(parts().settings))
    return Answer(webhook_json(changed) | {"secret": secret})


@operation(
    "/me/webhooks/<webhook_id>/enabled",
    method="POST",
    summary="Enable a webhook again",
    tag="webhooks",
    gives=WebhookAnswer,
    permission=_OWN,
    is_private=True,
)
def enable_webhook(_nothing: None, webhook_id: str) -> Answer:
    """Go on with a webhook that was disabled because nothing was taken for long; it is told of what changes from now on."""
    with parts().database.transaction() as writing:
        return Answer(webhook_json(commands.enable_webhook(writing, _account(), webhook_id)))


@operation(
    "/me/webhooks/<webhook_id>/test",
    method="POST",
    summary="Send a test message",
    tag="webhooks",
    gives=Gives(202, PingAnswer),
    permission=_OWN,
    is_private=True,
)
def try_webhook(_nothing: None, webhook_id: str) -> Answer:
    """Have a message of type `ping` sent, signed as all are; the log tells what came of it."""
    with parts().database.transaction() as writing:
        message = commands.ping_webhook(writing, _account(), webhook_id, datetime.now(UTC))
    return Answer({"id": message}, status=202)


@operation(
    "/me/webhooks/<webhook_id>/deliveries",
    summary="See the log of a webhook",
    tag="webhooks",
    takes=LogParameters,
    gives=DeliveriesAnswer,
    permission=_OWN,
    is_private=True,
)
def list_webhook_deliveries(limit: int, webhook_id: str) -> Answer:
    """Messages of the last 30 days and what came of them, the newest first."""
    log = commands.list_deliveries(session(), _account(), webhook_id, limit)
    return Answer(
        {
            "items": [
                {
                    "id": one.id,
                    "event": one.event,
                    "dataset": one.dataset_id,
                    "attempts": one.attempts,
                    "status": one.status,
                    "error": one.error,
                    "took_ms": one.took_ms,
                    "created_at": one.created_at,
                    "due_at": one.due_at,
                    "done_at": one.done_at,
                    "is_given_up": one.is_given_up,
                }
                for one in log
            ]
        }
    )


def webhook_json(one: commands.WebhookView) -> Json:
    """A webhook as its owner sees it."""
    return {
        "id": one.id,
        "url": one.url,
        "dataset": one.dataset_id,
        "search": one.search,
        "events": list(one.events),
        "state": one.state,
        "disabled_reason": one.disabled_reason,
        "failing_since": one.failing_since,
        "rotated_at": one.rotated_at,
        "created_at": one.created_at,
    }


def _account() -> str:
    account_id = principal().account_id
    assert account_id is not None  # the permission says so
    return account_id
