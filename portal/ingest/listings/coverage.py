"""Count what departments catalogued in all sources, and what of it is open: numbers for the public, no titles."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Integer, Subquery, case, cast, func, literal, select
from sqlalchemy.orm import Session

from portal.catalogue.coverage import CountedDepartment, replace_coverage
from portal.catalogue.models import Dataset
from portal.ingest.models import SourceRecord
from portal.inspect import untellable
from portal.kernel.vocab import DatasetState

_LAST = SourceRecord
_SOURCE_KEY = _LAST.source_name + literal(":") + _LAST.record_id
# One resource in two sources (catalogued in a workbook, delivered by the platform) is one: by its code, else its title.
_RESOURCE = case(
    (_LAST.code_digest != "", _LAST.code_digest), (_LAST.title_digest != "", _LAST.title_digest), else_=_SOURCE_KEY
)


def count_coverage(session: Session, now: datetime) -> int:
    """Make the numbers of all departments anew, in a constant number of statements; how many departments there are."""
    codes = _codes_of_names()
    department = func.coalesce(codes.c.code, _LAST.department)
    resources = (
        select(
            department.label("department"),
            _RESOURCE.label("resource"),
            func.max(cast(case((Dataset.id.is_not(None), 1), else_=0), Integer)).label("is_open"),
            func.min(_SOURCE_KEY).label("named_by"),
        )
        .outerjoin(codes, codes.c.name == _LAST.department)
        .outerjoin(Dataset, (Dataset.source_key == _SOURCE_KEY) & (Dataset.state == DatasetState.PUBLISHED))
        .where(~_LAST.is_missing)
        .group_by(department, _RESOURCE)
        .subquery()
    )
    counted = (
        select(
            resources.c.department,
            func.count().label("resources"),
            func.sum(resources.c.is_open).label("open_resources"),
            func.min(resources.c.named_by).label("named_by"),
        )
        .group_by(resources.c.department)
        .subquery()
    )
    rows = session.execute(
        select(counted.c.department, counted.c.resources, counted.c.open_resources, _LAST.department_names)
        .outerjoin(_LAST, counted.c.named_by == _SOURCE_KEY)
        .order_by(counted.c.department)
    ).all()
    departments = _told(
        CountedDepartment(row.department, dict(row.department_names or {}), row.resources, int(row.open_resources or 0))
        for row in rows
    )
    replace_coverage(session, departments, now)
    return len(departments)


def _codes_of_names() -> Subquery:
    """Name → code: a department that one source knows by its code and another by its name alone is one department. A name
    that two codes share tells nothing."""
    name = _LAST.department_names["zh"].as_string()
    return (
        select(name.label("name"), func.min(_LAST.department).label("code"))
        .where(~_LAST.is_missing, _LAST.department != "", _LAST.department != name)
        .group_by(name)
        .having(func.count(_LAST.department.distinct()) == 1)
        .subquery()
    )


def _told(departments: Iterable[CountedDepartment]) -> tuple[CountedDepartment, ...]:
    """The same, those together without a name whose name no gate has judged and would hold: a telephone number beside it."""
    counted = tuple(departments)
    hidden = untellable(name for one in counted for name in (one.department, *one.names.values()))
    unnamed = [one for one in counted if not one.department or {one.department, *one.names.values()} & hidden]
    named = tuple(one for one in counted if one not in unnamed)
    if not unnamed:
        return named
    resources, open_resources = (
        sum(counts) for counts in zip(*((o.resources, o.open_resources) for o in unnamed), strict=True)
    )
    return (*named, CountedDepartment("", {}, resources, open_resources))
