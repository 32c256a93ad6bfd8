"""Conditional data on two instances: rows come by bundle; applying, deciding and reading are outside, where the people are."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Response
from sqlalchemy import text

from portal.accounts.directory import set_roles
from portal.accounts.keys import create_own_key
from portal.app import create_app
from portal.catalogue.withdrawal import withdraw_dataset
from portal.grants import add_agreement
from portal.kernel.vocab import Scope, StaffRole
from portal.settings import site_secret
from tests.accounts.people import make_person, send_form, sign_in
from tests.builders import Built
from tests.bundles.conftest import Inside, Outside
from tests.catalogue.test_conditional import TERMS, publish_conditional
from tests.grants.forms import FORM
from tests.http.site import ReadingClient


@pytest.fixture
def dataset_id(inside: Inside, tmp_path: Path) -> Iterator[str]:
    workshop = inside.bench.workshop
    yield publish_conditional(Built(workshop.database, workshop.store), tmp_path)


def test_the_outside_takes_applications_and_decides_and_no_bundle_undoes_it(
    inside: Inside, outside: Outside, dataset_id: str
) -> None:
    outside.take(inside.made())
    outside.settle()
    app, database, now = create_app(outside.parts), outside.parts.database, datetime.now(UTC)
    person, staff, nobody = (ReadingClient(app, Response) for _ in range(3))
    data, apply = f"/download/{dataset_id}/data.csv", f"/zh/dataset/{dataset_id}/apply"
    assert TERMS in nobody.get(apply).text
    assert nobody.get(data).status_code == 403
    applicant = make_person(database, "applicant@example.cn", name="赵申请")
    reviewer = make_person(database, "reviewer@example.cn", name="李审核")
    with database.transaction() as session:
        set_roles(session, reviewer.id, frozenset({StaffRole.APPLICATION_REVIEWER}), person="张三", now=now)
        add_agreement(session, text_zh="仅用于申请的目的。", text_en="For the purpose.", person="张三", now=now)
    for client, name in ((person, "applicant"), (staff, "reviewer")):
        assert sign_in(client, f"{name}@example.cn").status_code == 303
    own = send_form(person, apply, **FORM).headers["Location"]
    review = f"/zh/applications/{own.rpartition('/')[2]}"
    assert send_form(staff, review, act="approve", reason="目的明确", days="30").status_code == 303
    assert send_form(person, own, act="accept", agreement="1", accepts="yes").status_code == 303
    with database.transaction() as session:
        secret = site_secret(outside.settings)
        scopes = frozenset(Scope)
        key = create_own_key(session, applicant.id, holder="x", scopes=scopes, secret=secret, now=now)
    by_key = {"Authorization": f"Bearer {key.secret}"}
    assert nobody.get(data, headers=by_key).status_code == 200

    second = inside.export(is_whole=True)  # nothing of people travels with it, and what they have stays
    assert second is not None
    outside.take(second.path)
    outside.settle()
    assert nobody.get(data, headers=by_key).status_code == 200
    assert send_form(person, own, act="report", report="发表论文一篇，数据已销毁", links="").status_code == 303
    with inside.bench.database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM application")).scalar_one() == 0
        withdraw_dataset(session, dataset_id, "numbers were wrong", "王审核", now + timedelta(seconds=1))
    outside.take(inside.made())
    assert nobody.get(data, headers=by_key).status_code == 410
    assert person.get(own).status_code == 200, "what was applied for and decided stays, also of data that is gone"
