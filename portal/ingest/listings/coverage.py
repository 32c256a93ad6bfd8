"""Count what departments catalogued in all sources, and what of it is open: numbers for the public, no titles."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Integer, case, cast, func, literal, select
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
    resources = (
        select(
            _LAST.department.label("department"),
            _RESOURCE.label("resource"),
            func.max(cast(case((Dataset.id.is_not(None), 1), else_=0), Integer)).label("is_open"),
            func.min(_SOURCE_KEY).label("named_by"),
        )
        .outerjoin(Dataset, (Dataset.source_key == _SOURCE_KEY) & (Dataset.state == DatasetState.PUBLISHED))
        .where(~_LAST.is_missing)
        .group_by(_LAST.department, _RESOURCE)
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
