"""A grant without the way to it, which others test."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from portal.db import Database, table_of
from portal.grants.models import Application, Grant

_WORDS = ("organisation", "contact", "purpose", "scenario", "retention", "safeguards")


def give_grant(database: Database, account_id: str, dataset_id: str, days: int, *, terms: str = "仅用于研究") -> None:
    """A grant that began thirty days ago and lasts so many days from then; its id is the account's."""
    began = datetime.now(UTC) - timedelta(days=30)
    end = began + timedelta(days=days)
    ids: dict[str, Any] = {"id": account_id, "account_id": account_id, "dataset_id": dataset_id}
    application = ids | dict.fromkeys(_WORDS, "x") | {"terms": terms, "state": "granted", "agreement_number": 1}
    application |= dict.fromkeys(("submitted_at", "due_at", "agreed_at"), began)
    grant = ids | {"application_id": account_id, "from_at": began, "until_at": end, "report_due_at": end}
    with database.transaction() as session:
        session.execute(insert(table_of(Application)), application)
        session.execute(insert(table_of(Grant)), grant)
