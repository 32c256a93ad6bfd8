"""The routes of `/api/v1`, one for each declared operation, and the description of them all."""

import orjson
from flask import Blueprint, Response
from werkzeug.wrappers import Response as BaseResponse

import portal.api.account
import portal.api.changes
import portal.api.coverage
import portal.api.datasets
import portal.api.differences
import portal.api.exports
import portal.api.keys
import portal.api.outside
import portal.api.publishers
import portal.api.rows
import portal.api.start
import portal.api.vocabularies
import portal.api.webhooks
import portal.api.whole_catalogue  # noqa: F401 - importing declares the operations
from portal.api.describe import describe_api
from portal.api.serving import register_operations
from portal.http.conditional import conditional
from portal.http.data_door import open_data_door
from portal.http.policy import policy


def create_blueprint() -> Blueprint:
    """All routes of the API, version 1."""
    blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
    register_operations(blueprint)
    blueprint.add_url_rule("/openapi.json", "openapi", _openapi, methods=["GET"])
    return open_data_door(blueprint)


@policy(permission="none", budget="catalogue")
def _openapi() -> BaseResponse:
    body = orjson.dumps(describe_api(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return conditional(Response(body, content_type="application/vnd.oai.openapi+json;version=3.1"))
