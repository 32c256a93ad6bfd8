"""What a declaration makes: routes with methods, bodies that are read and refused, and everything of it described."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Response
from marshmallow import Schema, fields, post_load, validate

from portal.api import describe, operations
from portal.api.bodies import read_body
from portal.api.operations import Answer, Gives, operation
from portal.http.problems import KINDS
from portal.kernel.errors import InvalidInput
from tests.http.site import Site


class _Wanted(Schema):
    """What is wanted."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=10), metadata={"description": "Its name."})
    many = fields.Integer(metadata={"description": "How many."})
    is_so = fields.Boolean(metadata={"description": "Whether."})
    kinds = fields.List(fields.String(validate=validate.OneOf(["a", "b"])), metadata={"description": "Its kinds."})

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> str:
        return str(data["name"])


class _Made(Schema):
    """What was made."""

    name = fields.String(required=True)


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The description of three operations that exist here alone."""
    monkeypatch.setattr(operations, "OPERATIONS", {})
    monkeypatch.setattr(describe, "OPERATIONS", operations.OPERATIONS)

    @operation(
        "/things",
        method="POST",
        summary="Make a thing",
        tag="start",
        body=_Wanted,
        gives=Gives(201, _Made, headers=("Location",)),
        permission="none",
        is_private=True,
    )
    def make_thing(_nothing: None, name: str) -> Answer:
        """Make it."""
        return Answer({"name": name}, status=201, headers={"Location": "/things/1"})

    @operation("/file", summary="Get a file", tag="start", gives=Gives(media_types=("text/csv",), text="It."))
    def get_file(_nothing: None) -> Response:
        """Get it."""
        return Response("a,b\n", content_type="text/csv")

    describe._description.cache_clear()
    yield describe.describe_api()
    describe._description.cache_clear()


def test_methods_bodies_files_and_headers_are_described(declared: dict[str, Any]) -> None:
    make = declared["paths"]["/api/v1/things"]["post"]
    assert make["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/_Wanted")
    assert "Location" in make["responses"]["201"]["headers"]
    assert {"400", "401", "403", "413", "415", "429", "500", "503"} <= set(make["responses"])
    get = declared["paths"]["/api/v1/file"]["get"]
    assert get["responses"]["200"]["content"] == {"text/csv": {}}
    assert "304" in get["responses"]
    assert get["responses"]["400"]["x-problems"] == ["bad-request", "invalid-parameter"]


def test_every_kind_of_problem_is_described_with_an_example() -> None:
    components = describe.describe_api()["components"]
    assert set(components["examples"]) == set(KINDS)
    assert all(components["examples"][code]["value"]["status"] == kind.status for code, kind in KINDS.items())


@pytest.mark.parametrize(
    ("body", "kind", "place"),
    [
        (b"[1]", "application/json", "body"),
        (b"{", "application/json", "body"),
        (b"{}", "application/json", "name"),
        (b'{"name": "a", "x": 1}', "application/json", "x"),
        (b'{"name": "a", "many": "3"}', "application/json", "many"),
        (b'{"name": "a", "many": true}', "application/json", "many"),
        (b'{"name": "a", "is_so": 1}', "application/json", "is_so"),
        (b'{"name": "a", "kinds": ["a", "z"]}', "application/json", "kinds.1"),
    ],
)
def test_a_body_that_is_wrong_is_refused_with_the_member(site: Site, body: bytes, kind: str, place: str) -> None:
    with (
        site.app.test_request_context("/", method="POST", data=body, content_type=kind),
        pytest.raises(InvalidInput) as refused,
    ):
        read_body(_Wanted())
    assert refused.value.parameter == place


def test_a_body_that_is_right_becomes_the_value(site: Site) -> None:
    with site.app.test_request_context("/", method="POST", json={"name": "b"}):
        assert read_body(_Wanted()) == "b"
