"""The OpenAPI description of the API."""


def describe_api() -> dict[str, object]:
    """The OpenAPI 3.1 document."""
    return {}
