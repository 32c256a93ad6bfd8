"""From an application to a grant and its end: who may do what, what is kept, and from when on rows are given."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import event, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from portal.accounts.directory import create_account, disable_account, set_roles
from portal.catalogue import queries
from portal.catalogue.models import Outbox
from portal.catalogue.views import Ref
from portal.db import Database
from portal.db.migrating import migrate
from portal.grants import (
    ApplicationText,
    Reviewer,
    accept_agreement,
    add_agreement,
    apply_for_dataset,
    approve_application,
    find_open,
    get_application,
    get_own,
    granted_datasets,
    list_applications,
    list_grants,
    list_own,
    refuse_application,
    report_use,
    revoke_grant,
    withdraw_application,
    write_as_applicant,
    write_as_reviewer,
)
from portal.grants.calendar import working_days
from portal.kernel.errors import GrantNeeded, InvalidInput, NotFound
from portal.kernel.principal import ANONYMOUS, Principal
from portal.kernel.vocab import StaffRole, Tier
from portal.notify.grants import look_after_grants, worded_grant_mail
from portal.settings import Settings
from portal.storage import open_store
from tests.builders import NOW, Built, build_catalogue
from tests.catalogue.test_conditional import publish_conditional

REVIEWER = Reviewer("李审核")
TEXT = ApplicationText(
    organisation="示例大学",
    contact="research@example.cn",
    purpose="研究就业保障政策的覆盖情况",
    scenario="课题组内部的统计分析，不对外提供",
    retention="课题结束后三十日内销毁全部副本",
    safeguards="专用服务器，双人管理，不接互联网",
)


T = TypeVar("T")


class World:
    """A catalogue with a conditional and an open dataset, two people, and an agreement."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(var_dir=folder / "var", smtp_from="portal@example.cn")
        database = Database(self.settings.effective_database_url)
        migrate(database)
        self.built = Built(database, open_store(self.settings))
        self.dataset = publish_conditional(self.built, folder)
        (self.open,) = build_catalogue(self.built, 1, first=1)
        self.people: dict[str, Principal] = {}
        with database.transaction() as session:
            for name in ("王申请", "赵旁人", "李审核"):
                address = f"{len(self.people)}@example.cn"
                made = create_account(session, email=address, name=name, password_hash="", language="zh", now=NOW)
                self.people[name] = Principal(Tier.REGISTERED, caller=f"account:{made.id}", account_id=made.id)
            set_roles(
                session,
                self.account("李审核"),
                frozenset({StaffRole.APPLICATION_REVIEWER}),
                person="张三",
                now=NOW,
            )
            add_agreement(
                session,
                text_zh="一、仅用于申请的目的。",
                text_en="1. Purpose.",
                person="张三",
                now=NOW,
            )

    def account(self, name: str) -> str:
        found = self.people[name].account_id
        assert found
        return found

    def do(self, command: Callable[..., T], *arguments: object, **named: object) -> T:
        with self.built.database.transaction() as session:
            return command(session, *arguments, **named)

    def granted(self, now: datetime = NOW, who: str = "王申请") -> frozenset[str]:
        with self.built.database.reading() as session:
            return granted_datasets(session, self.account(who), now)

    def apply(
        self, who: Principal | None = None, *, dataset: str = "", text: ApplicationText = TEXT, now: datetime = NOW
    ) -> str:
        of, about = who or self.people["王申请"], dataset or self.dataset
        return self.do(apply_for_dataset, of, about, text, now, calendar=working_days(self.settings))

    def grant(self, days: int = 30) -> str:
        """An application that was approved and agreed to; its id."""
        application = self.apply()
        self.do(approve_application, application, REVIEWER, days=days, reason="目的明确", now=NOW)
        self.do(accept_agreement, self.people["王申请"], application, 1, NOW)
        return application


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.built.database.dispose()


def test_rows_are_given_from_the_agreement_to_the_end_and_to_nobody_else(world: World) -> None:
    application = world.apply()
    assert world.granted() == frozenset()
    world.do(approve_application, application, REVIEWER, days=30, reason="目的明确", now=NOW)
    assert world.granted() == frozenset()
    world.do(accept_agreement, world.people["王申请"], application, 1, NOW)
    assert world.granted() == {world.dataset}
    assert world.granted(who="赵旁人") == frozenset()
    last = NOW + timedelta(days=30)
    assert world.granted(last - timedelta(seconds=1)) == {world.dataset}
    assert world.granted(last) == frozenset()
    reader = replace(world.people["王申请"], grants=world.granted())
    with world.built.database.reading() as session:
        assert queries.open_version(session, reader, Ref(world.dataset), "data", world.built.store).row_count == 40


def test_a_revocation_acts_with_its_commit(world: World) -> None:
    application = world.grant()
    with world.built.database.reading() as session:
        (held,) = list_grants(session, NOW, principal=world.people["王申请"])
    world.do(revoke_grant, held.id, REVIEWER, reason="超出目的使用", now=NOW)
    assert world.granted() == frozenset()
    with world.built.database.reading() as session, pytest.raises(GrantNeeded):
        reader = replace(world.people["王申请"], grants=world.granted())
        queries.open_version(session, reader, Ref(world.dataset), "data", world.built.store)
    with world.built.database.reading() as session:
        found = get_own(session, world.people["王申请"], application, NOW)
    assert found.grant is not None
    assert (found.grant.state, found.grant.revoked_reason) == ("revoked", "超出目的使用")
    with pytest.raises(InvalidInput):
        world.do(revoke_grant, held.id, REVIEWER, reason="再次", now=NOW)


def test_a_disabled_account_has_no_grant(world: World) -> None:
    world.grant()
    world.do(disable_account, world.account("王申请"), person="张三", now=NOW)
    assert world.granted() == frozenset()


def test_asking_for_grants_is_one_statement(world: World) -> None:
    world.grant()
    seen: list[str] = []
    event.listen(world.built.database.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    world.granted()
    assert len([one for one in seen if one.startswith("SELECT")]) == 1


def test_the_form_says_which_field_is_wrong(world: World) -> None:
    for name in ("organisation", "contact", "purpose", "scenario", "retention", "safeguards"):
        for value in ("", " ", "字" * 5_001, "带\x00号的一段十分长的文字"):
            with pytest.raises(InvalidInput) as told:
                world.apply(text=replace(TEXT, **{name: value}))
            assert told.value.parameter == name


def test_nobody_applies_twice_at_once_for_open_data_or_without_an_account(world: World) -> None:
    application = world.apply()
    for dataset, kind in ((world.dataset, InvalidInput), (world.open, InvalidInput), ("nothing", NotFound)):
        with pytest.raises(kind):
            world.apply(dataset=dataset)
    with pytest.raises(NotFound):
        world.apply(ANONYMOUS)
    world.do(withdraw_application, world.people["王申请"], application, NOW)
    assert world.apply() != application


def test_another_persons_application_does_not_exist(world: World) -> None:
    application = world.grant()
    stranger = world.people["赵旁人"]
    with world.built.database.reading() as session:
        assert list_own(session, stranger, NOW) == ()
        assert find_open(session, stranger, world.dataset) is None
        with pytest.raises(NotFound):
            get_own(session, stranger, application, NOW)
    for act in (
        lambda s: write_as_applicant(s, stranger, application, "看看", NOW),
        lambda s: withdraw_application(s, stranger, application, NOW),
        lambda s: accept_agreement(s, stranger, application, 1, NOW),
        lambda s: report_use(s, stranger, application, text="写一份很长的利用报告", links="", now=NOW),
    ):
        with pytest.raises(NotFound):
            world.do(act)


def test_nobody_decides_about_an_application_of_their_own(world: World) -> None:
    application = world.apply()
    aliases = [Reviewer(alias) for alias in ("王申请", "王 申请", "0@example.cn", " ")]
    for reviewer in (*aliases, Reviewer("李审核", world.account("王申请"))):
        with pytest.raises(InvalidInput):
            world.do(approve_application, application, reviewer, days=30, reason="可以", now=NOW)
        with pytest.raises(InvalidInput):
            world.do(refuse_application, application, reviewer, reason="不行", now=NOW)


def test_what_was_decided_is_decided(world: World) -> None:
    application = world.apply()
    world.do(refuse_application, application, REVIEWER, reason="目的不符", now=NOW)
    with pytest.raises(InvalidInput):
        world.do(approve_application, application, REVIEWER, days=30, reason="可以", now=NOW)
    with pytest.raises(InvalidInput):
        world.do(accept_agreement, world.people["王申请"], application, 1, NOW)
    assert world.granted() == frozenset()


def test_a_decision_has_an_end_and_a_reason(world: World) -> None:
    application = world.apply()
    for days, reason in ((0, "可以"), (731, "可以"), (30, " ")):
        with pytest.raises(InvalidInput):
            world.do(approve_application, application, REVIEWER, days=days, reason=reason, now=NOW)


def test_only_the_agreement_in_force_is_accepted_and_its_version_kept(world: World) -> None:
    application = world.apply()
    world.do(approve_application, application, REVIEWER, days=30, reason="可以", now=NOW)
    newer = world.do(add_agreement, text_zh="二、不得转让。", text_en="2. Not to be passed on.", person="张三", now=NOW)
    with pytest.raises(InvalidInput):
        world.do(accept_agreement, world.people["王申请"], application, 1, NOW)
    world.do(accept_agreement, world.people["王申请"], application, 2, NOW)
    with world.built.database.reading() as session:
        found = get_application(session, application, NOW)
    assert (found.agreement_number, found.agreed_at) == (2, NOW)
    assert found.acts[-1].detail["sha256"] == newer.sha256


def test_every_step_is_kept_in_order_and_cannot_be_changed(world: World) -> None:
    application = world.apply()
    world.do(write_as_reviewer, application, REVIEWER, "请说明统计口径", NOW)
    world.do(write_as_applicant, world.people["王申请"], application, "按月按街镇", NOW)
    world.do(approve_application, application, REVIEWER, days=30, reason="可以", now=NOW)
    world.do(accept_agreement, world.people["王申请"], application, 1, NOW)
    world.do(
        report_use,
        world.people["王申请"],
        application,
        text="发表论文一篇，数据已销毁",
        links="https://example.cn/a",
        now=NOW,
    )
    with world.built.database.reading() as session:
        found = get_application(session, application, NOW)
    assert [act.act for act in found.acts] == ["submitted", "written", "written", "approved", "agreed", "reported"]
    assert [message.author for message in found.messages] == ["reviewer", "applicant"]
    assert found.reports[0].links == ("https://example.cn/a",)
    for statement in (
        "UPDATE application_act SET actor = 'x'",
        "DELETE FROM application_act",
        "UPDATE application_message SET text = 'x'",
        "UPDATE agreement SET text_zh = 'x'",
        "UPDATE application SET purpose = 'x'",
        "UPDATE application SET decided_at = '2030-01-01 00:00:00'",
        "DELETE FROM application",
        "UPDATE data_grant SET until_at = '2090-01-01 00:00:00'",
        "DELETE FROM data_grant",
        "DELETE FROM use_report",
    ):
        with pytest.raises(DBAPIError), world.built.database.transaction() as session:
            session.execute(sql(statement))


def test_deadlines_and_ends_are_told_once_in_the_persons_language(world: World) -> None:
    late = world.apply()
    with world.built.database.reading() as session:
        (line,) = list_applications(session, NOW + timedelta(days=22))
        assert line.is_overdue
        assert (line.due_at - NOW).days == 21  # fifteen working days
    assert world.do(look_after_grants, NOW) == 1  # one reviewer is told of the application
    assert world.do(look_after_grants, NOW) == 0
    assert world.do(look_after_grants, NOW + timedelta(days=22)) == 2
    world.do(approve_application, late, REVIEWER, days=20, reason="可以", now=NOW)
    world.do(accept_agreement, world.people["王申请"], late, 1, NOW)
    assert world.do(look_after_grants, NOW + timedelta(days=7)) == 4  # approved, agreed; ends soon: noted and told
    assert world.do(look_after_grants, NOW + timedelta(days=21)) == 4  # ended, a report is due
    with world.built.database.reading() as session:
        mails = [row.payload for row in session.scalars(select(Outbox).where(Outbox.kind == "mail"))]
    assert [mail["act"] for mail in mails] == [
        "submitted", "overdue", "approved", "agreed", "ends_soon", "ended", "report_due",
    ]  # fmt: skip
    written = worded_grant_mail({**mails[-1], "language": "en"}, world.settings, NOW)
    assert "Please report" in str(written["Subject"])
    assert not any("一" <= c <= "鿿" for c in written.get_content())
    assert TEXT.purpose not in str(mails)
