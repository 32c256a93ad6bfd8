"""How much of what the departments have catalogued is open."""

from marshmallow import Schema, fields

from portal.api.fields import instant, string, text, whole
from portal.api.operations import Answer, operation
from portal.api.projections import text_json
from portal.catalogue.coverage import get_coverage
from portal.http.context import principal, session


class CountsAnswer(Schema):
    """How many there are, and how many of them are open."""

    total = whole("How many there are.")
    open = whole("How many of them are open.")


class DepartmentCoverageAnswer(CountsAnswer):
    """The resources of one department."""

    name = text("Its name; both languages are null where the source named none.")
    slug = string("Its address; null where it has published nothing.", allow_none=True)


class CoverageAnswer(Schema):
    """Numbers alone: what is not open is named nowhere."""

    departments = fields.Nested(CountsAnswer, required=True)
    resources = fields.Nested(CountsAnswer, required=True)
    items = fields.List(fields.Nested(DepartmentCoverageAnswer), required=True)
    counted_at = instant("When it was counted; null before the first harvest.", allow_none=True)


@operation("/coverage", summary="Count what is open", tag="publishers", gives=CoverageAnswer)
def show_coverage(_nothing: None) -> Answer:
    """How many resources every department has catalogued in all sources, and how many of them are open."""
    found = get_coverage(session(), principal())
    return Answer(
        {
            "departments": {"total": found.department_count, "open": found.open_department_count},
            "resources": {"total": found.resource_count, "open": found.open_resource_count},
            "items": [
                {
                    "name": text_json(department.name),
                    "slug": department.slug or None,
                    "total": department.resources,
                    "open": department.open_resources,
                }
                for department in found.departments
            ],
            "counted_at": found.counted_at,
        }
    )
