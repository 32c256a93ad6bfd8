"""What can go wrong with an action, in the words and status codes of CKAN.

Raise these in actions; `portal.ckan.envelope` renders them. An error body is `{**fields, "__type": …}`.
"""

from collections.abc import Mapping

from portal.kernel.errors import PortalError

MISSING = "Missing value"
NOT_AN_INTEGER = "Invalid integer"
NOT_NATURAL = "Must be a natural number"


class ActionError(PortalError):
    """An action that failed. `status` and `kind` are CKAN's; `fields` are the members of `error` before `__type`."""

    status = 500
    kind = "Internal Server Error"
    is_kind_first = True

    def __init__(self, message: str = "", fields: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.fields: dict[str, object] = dict(fields) if fields is not None else {"message": message}

    def body(self) -> dict[str, object]:
        """The value of `error` in the envelope."""
        kind: dict[str, object] = {"__type": self.kind}
        return kind | self.fields if self.is_kind_first else self.fields | kind


class ActionNotFound(ActionError):
    """404: no such thing, also for what the caller may not see."""

    status, kind = 404, "Not Found Error"

    def __init__(self, message: str = "Not found") -> None:
        super().__init__(message)


class NotAuthorized(ActionError):
    """403: nobody may do that here; never said of something that merely cannot be seen."""

    status, kind = 403, "Authorization Error"

    def __init__(self, message: str = "Access denied") -> None:
        super().__init__(message)


class ValidationError(ActionError):
    """409: a parameter is not acceptable. `errors`: parameter → what is wrong with it, or one message."""

    status, kind, is_kind_first = 409, "Validation Error", False

    def __init__(self, errors: Mapping[str, list[str]] | str) -> None:
        if isinstance(errors, str):
            super().__init__(errors)
        else:
            super().__init__("; ".join(f"{name}: {', '.join(said)}" for name, said in errors.items()), errors)


class InvalidQuery(ValidationError):
    """409: a value that the DataStore's fields cannot be asked for; CKAN tells what its database said."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.fields = {
            "query": ["Invalid query"],
            "info": {"statement": ["None: this portal runs no SQL of its callers."], "params": [{}], "orig": [told]},
        }


class SearchError(ActionError):
    """409: a query that cannot be read."""

    status, kind = 409, "Search Error"

    def __init__(self, message: str) -> None:
        super().__init__(f"Search error: {message!r}")


class SearchQueryError(ActionError):
    """400: a parameter of a search that is not known or not usable."""

    status, kind = 400, "Search Query Error"

    def __init__(self, message: str) -> None:
        super().__init__(f"Search Query is invalid: {message!r}")


class BadRequest(PortalError):
    """400 with a bare JSON string instead of an envelope: the request itself cannot be read."""
