"""Doors with protocols of their own: OAI-PMH for library catalogues, MCP for assistants."""

from marshmallow import Schema, fields, validate

from portal.api.operations import Gives, Method
from portal.api.outside.telling import DESCRIBED, taking, tell, text

_VERBS = ("Identify", "ListMetadataFormats", "ListSets", "ListIdentifiers", "ListRecords", "GetRecord")
_OAI = taking(
    "OaiParameters",
    verb=text("What is asked.", required=True, validate=validate.OneOf(_VERBS)),
    identifier=text("Name of one record."),
    metadataPrefix=text("Form of the metadata: `oai_dc` or `dcat`."),
    until=text("Changed up to this instant or day, in UTC."),
    set=text("A set, as ListSets has it: `publisher:…` or `theme:…`."),
    resumptionToken=text("Where the page before ended; alone, beside `verb`."),
    **{"from": text("Changed from this instant or day on, in UTC.")},
)


class OaiForm(_OAI):  # type: ignore[valid-type,misc]
    """A request of OAI-PMH as a form."""


def _tell_oai(name: str, method: Method) -> None:
    tell(
        name,
        "/oai",
        method=method,
        summary="Harvest by OAI-PMH 2.0",
        description=(
            "The six verbs. Errors of the protocol are answers with status 200 and the element `error`. Deletions are told for "
            "good (`deletedRecord` persistent)."
        ),
        tag="harvesting",
        takes=_OAI if method == "GET" else taking("OaiNothing"),
        body=OaiForm if method == "POST" else None,
        body_types=("application/x-www-form-urlencoded",),
        is_private=method == "POST",
        gives=(Gives(200, media_types=("text/xml",), text="The answer, or the protocol's error.", headers=DESCRIBED),),
    )


_tell_oai("answer_oai", "GET")
_tell_oai("answer_oai_form", "POST")


class McpMessage(Schema):
    """A message of the Model Context Protocol."""

    jsonrpc = text("The version of JSON-RPC.", required=True, validate=validate.OneOf(["2.0"]))
    method = text("`initialize`, `tools/list`, `tools/call`, `ping` or `server/discover`.", required=True)
    id = fields.Integer(metadata={"description": "Number of the request; a notification has none."})
    params = fields.Dict(metadata={"description": "What the method takes."})


class McpAnswer(Schema):
    """The answer to a message."""

    jsonrpc = text("The version of JSON-RPC.", required=True)
    id = fields.Raw(metadata={"description": "The id of the request."})
    result = fields.Dict(metadata={"description": "What was asked for."})
    error = fields.Dict(metadata={"description": "`code`, `message` and `data` of what went wrong."})


tell(
    "answer_mcp",
    "/mcp",
    method="POST",
    summary="Speak the Model Context Protocol",
    description=(
        "Streamable HTTP without streams and sessions. Tools: search_datasets, describe_dataset, query_rows; each spends your "
        "own budget. Pages of other sites are refused."
    ),
    tag="harvesting",
    body=McpMessage,
    takes_headers=("MCP-Protocol-Version",),
    gives=(
        Gives(200, McpAnswer, text="The answer to a request."),
        Gives(202, text="A notification was taken."),
    ),
    errors=(
        Gives(400, McpAnswer, text="It is no message, or of a version that is not spoken here."),
        Gives(404, McpAnswer, text="There is no such method in the version that is spoken."),
    ),
    is_shared=False,
)
