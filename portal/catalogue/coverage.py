"""How much of what the departments have catalogued is open: numbers per department, and never a title.

The numbers are kept by `portal.ingest.listings.coverage`, which knows the records of all sources; the web's own database role
reads nothing of those. What is withdrawn stops counting at once: a department never shows more than it has published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.orm import Session, aliased

from portal.catalogue.models import DepartmentCoverage, Publisher
from portal.catalogue.serialised import load_text
from portal.db import table_of
from portal.db.locks import lock
from portal.kernel.principal import Principal
from portal.kernel.text import Text

_MOST = 2_000


@dataclass(frozen=True, slots=True)
class CountedDepartment:
    """What was counted of one department. `names`: language → name; `department` is the source's spelling."""

    department: str
    names: Mapping[str, str]
    resources: int
    open_resources: int


@dataclass(frozen=True, slots=True)
class DepartmentShare:
    """One department for people. `slug` "": it has published nothing, so it has no page; `name` may be blank."""

    name: Text
    slug: str
    resources: int
    open_resources: int


@dataclass(frozen=True, slots=True)
class CoverageView:
    """All departments, the largest catalogue first. `counted_at` None: nothing was harvested yet."""

    departments: tuple[DepartmentShare, ...]
    counted_at: datetime | None

    @property
    def department_count(self) -> int:
        return len(self.departments)

    @property
    def open_department_count(self) -> int:
        return sum(1 for department in self.departments if department.open_resources)

    @property
    def resource_count(self) -> int:
        return sum(department.resources for department in self.departments)

    @property
    def open_resource_count(self) -> int:
        return sum(department.open_resources for department in self.departments)


def get_coverage(session: Session, _principal: Principal) -> CoverageView:
    """The numbers, in one statement; they are the same for everybody."""
    by_name = aliased(Publisher)  # what a source published that knows the department by its name alone
    own, other = (func.coalesce(publisher.dataset_count, 0) for publisher in (Publisher, by_name))
    is_own = (own > 0) | by_name.id.is_(None)
    rows = session.execute(
        select(
            DepartmentCoverage.names,
            DepartmentCoverage.resources,
            DepartmentCoverage.open_resources,
            DepartmentCoverage.counted_at,
            case((is_own, Publisher.slug), else_=by_name.slug).label("slug"),
            case((is_own, Publisher.names), else_=by_name.names).label("published_names"),
            (own + other).label("published"),
        )
        .outerjoin(Publisher, Publisher.source_name == DepartmentCoverage.department)
        .outerjoin(
            by_name,
            (by_name.source_name == DepartmentCoverage.names["zh"].as_string())
            & (by_name.source_name != DepartmentCoverage.department),
        )
        .order_by(DepartmentCoverage.resources.desc(), DepartmentCoverage.department)
        .limit(_MOST)
    ).all()
    departments = tuple(
        DepartmentShare(
            name=load_text(row.published_names) if row.published else Text.of(**row.names),
            slug=row.slug if row.published else "",
            resources=row.resources,
            open_resources=min(row.open_resources, row.published),
        )
        for row in rows
    )
    return CoverageView(departments, max((row.counted_at for row in rows), default=None))


def replace_coverage(session: Session, departments: Sequence[CountedDepartment], now: datetime) -> None:
    """Put new numbers in the place of the old ones."""
    lock(session, "coverage")
    session.execute(delete(DepartmentCoverage))
    if departments:
        session.execute(
            insert(table_of(DepartmentCoverage)),
            [
                {
                    "department": counted.department,
                    "names": {name: text for name, text in counted.names.items() if name in {"zh", "en"}},
                    "resources": counted.resources,
                    "open_resources": counted.open_resources,
                    "counted_at": now,
                }
                for counted in departments
            ],
        )
