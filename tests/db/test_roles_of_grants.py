"""The web's role carries an application from its form to the report, and revokes a grant; what was kept it cannot change."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from portal.accounts.directory import create_account
from portal.db import Database
from portal.grants import (
    Reviewer,
    accept_agreement,
    add_agreement,
    apply_for_dataset,
    approve_application,
    granted_datasets,
    report_use,
    revoke_grant,
    withdraw_application,
    write_as_applicant,
    write_as_reviewer,
)
from portal.grants.calendar import working_days
from portal.kernel.principal import Principal
from portal.notify.grants import look_after_grants
from portal.settings import Settings
from tests.builders import NOW, Built
from tests.catalogue.test_conditional import publish_conditional
from tests.db.test_roles import Roles
from tests.db.test_roles import roles as roles  # noqa: PLC0414 - a fixture
from tests.grants.test_grants import REVIEWER, TEXT


def test_the_whole_way_of_a_grant_is_the_webs_to_write(roles: Roles, tmp_path: Path) -> None:
    dataset_id = publish_conditional(Built(roles.owner, roles.store), tmp_path)
    with roles.worker.transaction() as session:
        add_agreement(session, text_zh="仅用于申请的目的。", text_en="For the purpose.", person="张三", now=NOW)
        made = create_account(session, email="a@example.cn", name="赵申请", password_hash="", language="zh", now=NOW)
    person, calendar = Principal(caller="x", account_id=made.id), working_days(Settings())
    with roles.web.transaction() as session:
        first = apply_for_dataset(session, person, dataset_id, TEXT, NOW, calendar=calendar)
        withdraw_application(session, person, first, NOW)
    with roles.web.transaction() as session:
        again = apply_for_dataset(session, person, dataset_id, TEXT, NOW, calendar=calendar)
        write_as_applicant(session, person, again, "按月按街镇", NOW)
        write_as_reviewer(session, again, REVIEWER, "请说明统计口径", NOW)
        approve_application(session, again, REVIEWER, days=30, reason="可以", now=NOW)
        grant_id = accept_agreement(session, person, again, 1, NOW)
        report_use(session, person, again, text="发表论文一篇，数据已销毁", links="", now=NOW)
        assert granted_datasets(session, made.id, NOW) == {dataset_id}
    with roles.web.transaction() as session:
        revoke_grant(session, grant_id, Reviewer("李审核"), reason="超出目的", now=NOW)
        assert granted_datasets(session, made.id, NOW) == frozenset()
    with roles.worker.transaction() as session:
        assert look_after_grants(session, NOW + timedelta(days=40)) > 0
    for statement in (
        "UPDATE data_grant SET until_at = until_at + interval '9 years'",
        "UPDATE data_grant SET revoked_at = NULL",
        "UPDATE application SET purpose = 'x'",
        "UPDATE application SET contact = 'x'",
        "UPDATE application_act SET actor = 'x'",
        "DELETE FROM application",
        "INSERT INTO agreement SELECT number + 1, text_zh, text_en, sha256, added_by, added_at FROM agreement",
    ):
        assert _is_refused(roles.web, statement), statement


def _is_refused(database: Database, statement: str) -> bool:
    try:
        with database.transaction() as session:
            session.execute(text(statement))
    except (ProgrammingError, DBAPIError):
        return True
    return False
