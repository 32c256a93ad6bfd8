"""The routes of the CKAN door: one endpoint for each action, at `/api/action/…` and `/api/3/action/…`."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, Response, request

import portal.ckan.datastore.info
import portal.ckan.datastore.search
import portal.ckan.datastore.sql
import portal.ckan.groups
import portal.ckan.packages
import portal.ckan.people
import portal.ckan.resource_actions
import portal.ckan.search
import portal.ckan.site
import portal.ckan.tags  # noqa: F401 - importing declares the actions
from portal.ckan.actions import ACTIONS, Action, Call
from portal.ckan.dump import dump
from portal.ckan.envelope import plain, read_parameters, render_error, succeed
from portal.ckan.errors import ActionNotFound, BadRequest, NotAuthorized
from portal.ckan.writing import ABSENT, CLOSED, LIVES_BY_POST, WRITES
from portal.http.context import parts, principal, session
from portal.http.data_door import open_data_door
from portal.http.policy import policy
from portal.index.lookup import list_values

_PREFIXES = ("/api/action", "/api/3/action")
_METHODS = ["GET", "POST"]
_TAGS = "/api/2/util/tag/autocomplete"
_MOST_TAGS = 100


def create_blueprint() -> Blueprint:
    """All routes of the door. They never redirect."""
    blueprint = Blueprint("ckan", __name__)
    for declared in ACTIONS.values():
        _add(blueprint, declared.name, declared.name, _endpoint(declared))
    _add(blueprint, "<name>", "other_action", _other)
    blueprint.add_url_rule("/api/3", "version", _version, methods=["GET"], merge_slashes=False)
    for root in ("/api", "/api/", "/api/3/"):
        blueprint.add_url_rule(root, "root", _version, methods=["GET"], merge_slashes=False)
    blueprint.add_url_rule("/datastore/dump/<resource_id>", "dump", dump, methods=["GET"], merge_slashes=False)
    blueprint.add_url_rule(_TAGS, "complete_tags", _complete_tags, methods=["GET"], merge_slashes=False)
    blueprint.register_error_handler(Exception, render_error)
    return open_data_door(blueprint)


def _add(blueprint: Blueprint, rule: str, endpoint: str, view: Callable[..., Response]) -> None:
    for prefix in _PREFIXES:
        blueprint.add_url_rule(f"{prefix}/{rule}", endpoint, view, methods=_METHODS, merge_slashes=False)


def _endpoint(declared: Action) -> Callable[..., Response]:
    @policy(permission=declared.permission, budget=declared.budget)
    def endpoint() -> Response:
        call = Call(read_parameters(), principal(), session(), parts(), datetime.now(UTC))
        return succeed(declared.name, declared.act(call))

    endpoint.__name__ = declared.name
    return endpoint


@policy(permission="none", budget="catalogue")
def _other(name: str) -> Response:
    """Writing is nobody's at this door; other names are not known."""
    if name in WRITES:
        read_parameters(may_write=True)
        raise NotAuthorized(f"Access denied: nothing is written through this door, and {name} would.")
    if name == LIVES_BY_POST and request.method == "POST":
        read_parameters()
        return succeed(name, result=True)
    if name in CLOSED:
        raise NotAuthorized
    if name in ABSENT:
        raise ActionNotFound
    raise BadRequest(f"Action name not known: {name[:100]}")


@policy(permission="read_catalogue", budget="catalogue")
def _complete_tags() -> Response:
    """What the tag field of CKAN's own forms asks for."""
    part = request.args.get("incomplete", "").replace("\x00", "")[:200]
    found = list_values(session(), principal(), "tags", part=part, limit=_MOST_TAGS) if part else ()
    return plain({"ResultSet": {"Result": [{"Name": name} for name in found]}})


@policy(permission="none", budget="catalogue")
def _version() -> Response:
    return plain({"version": 3})
