"""Who may see and do what."""

from dataclasses import replace

import pytest

from portal.access import TIERS, can, can_read_rows, is_gone, is_visible
from portal.kernel.principal import ANONYMOUS, Principal
from portal.kernel.vocab import DatasetState, Openness, Scope, StaffRole, Tier

EVERYONE = tuple(Principal(tier=tier) for tier in Tier)


@pytest.mark.parametrize("principal", EVERYONE)
def test_everyone_reads_the_catalogue_and_its_data(principal: Principal) -> None:
    assert can(principal, "read_catalogue")
    assert can(principal, "read_data")


def test_an_account_is_open_to_its_person_and_to_keys_with_that_scope() -> None:
    person = Principal(tier=Tier.REGISTERED, account_id="a")
    assert can(person, "own_account")
    assert can(replace(person, key_id="k", scopes=frozenset({Scope.ACCOUNT})), "own_account")
    assert not can(replace(person, key_id="k", scopes=frozenset(Scope) - {Scope.ACCOUNT}), "own_account")
    assert not any(can(principal, "own_account") for principal in EVERYONE)


@pytest.mark.parametrize(
    ("permission", "role"),
    [("review_applications", StaffRole.APPLICATION_REVIEWER), ("manage_accounts", StaffRole.ACCOUNT_MANAGER)],
)
def test_staff_decides_as_a_person_and_never_by_key(permission: str, role: StaffRole) -> None:
    person = Principal(tier=Tier.REGISTERED, account_id="a", roles=frozenset({role}))
    assert can(person, permission)
    assert not can(replace(person, roles=frozenset(StaffRole) - {role}), permission)
    assert not can(replace(person, key_id="k", scopes=frozenset(Scope)), permission)
    assert not any(can(principal, permission) for principal in EVERYONE)


@pytest.mark.parametrize("permission", ["", "write_catalogue", "READ_DATA", "read_data "])
def test_a_permission_nobody_declared_is_nobodys(permission: str) -> None:
    assert not any(can(principal, permission) for principal in EVERYONE)


def test_every_permission_says_whose_it_is() -> None:
    assert all(tiers <= set(Tier) for tiers in TIERS.values())


@pytest.mark.parametrize("principal", EVERYONE)
def test_only_published_datasets_exist(principal: Principal) -> None:
    assert [state for state in DatasetState if is_visible(principal, state)] == [DatasetState.PUBLISHED]
    assert [state for state in DatasetState if is_gone(principal, state)] == [DatasetState.WITHDRAWN]
    assert not is_visible(principal, "something new")


def test_conditional_rows_need_a_grant_for_that_dataset() -> None:
    granted = Principal(tier=Tier.REGISTERED, grants=frozenset({"mine"}))
    assert can_read_rows(granted, Openness.CONDITIONAL, "mine")
    assert not can_read_rows(granted, Openness.CONDITIONAL, "other")
    assert not can_read_rows(Principal(tier=Tier.PARTNER), Openness.CONDITIONAL, "mine")


@pytest.mark.parametrize("openness", [Openness.CLOSED, "", "unknown"])
def test_closed_rows_are_nobodys(openness: str) -> None:
    assert not can_read_rows(Principal(tier=Tier.PARTNER, grants=frozenset({"x"})), openness, "x")


def test_unconditional_rows_are_everybodys() -> None:
    assert can_read_rows(ANONYMOUS, Openness.UNCONDITIONAL, "x")
