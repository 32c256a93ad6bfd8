"""What time does to applications: approvals lapse, and what a person who left wrote about themselves is erased."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from portal.accounts.leaving import delete_account
from portal.grants import accept_agreement, approve_application, get_application, list_applications
from portal.kernel.errors import InvalidInput
from portal.notify.grants import look_after_grants
from tests.builders import NOW
from tests.grants.test_grants import REVIEWER, TEXT, World

LATER = NOW + timedelta(days=31)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.built.database.dispose()


def test_an_approval_lapses_where_the_agreement_is_not_accepted_in_time(world: World) -> None:
    application = world.apply()
    world.do(approve_application, application, REVIEWER, days=30, reason="可以", now=NOW)
    with pytest.raises(InvalidInput, match="lapsed"):  # before the worker noticed
        world.do(accept_agreement, world.people["王申请"], application, 1, LATER)
    world.do(look_after_grants, LATER)
    with world.built.database.reading() as session:
        found = get_application(session, application, LATER)
    assert (found.line.state, found.acts[-1].act, found.acts[-1].actor) == ("lapsed", "lapsed", "clock")
    assert world.do(look_after_grants, LATER) == 0
    assert world.granted(LATER) == frozenset()
    assert world.apply(now=LATER) != application


def test_who_deletes_the_account_is_reachable_no_more_and_has_nothing_open(world: World) -> None:
    granted = world.grant()
    waiting = world.apply()
    world.do(look_after_grants, NOW)
    world.do(delete_account, world.account("王申请"), now=NOW)
    assert world.granted() == frozenset()
    world.do(look_after_grants, NOW)
    with world.built.database.reading() as session:
        found = {
            line.id: get_application(session, line.id, NOW) for line in list_applications(session, NOW, is_open=False)
        }
        assert list_applications(session, NOW) == ()
    assert {found[one].contact for one in (granted, waiting)} == {""}
    assert (found[granted].line.state, found[waiting].line.state) == ("granted", "withdrawn")
    assert found[granted].purpose == TEXT.purpose
    assert found[waiting].acts[-1].act == "left"
    assert world.do(look_after_grants, NOW) == 0
