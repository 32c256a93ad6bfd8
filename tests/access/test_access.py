"""Who may see and do what."""

import pytest

from portal.access import PERMISSIONS, can, can_read_rows, is_gone, is_visible
from portal.kernel.principal import ANONYMOUS, Principal
from portal.kernel.vocab import DatasetState, Openness, Tier

EVERYONE = tuple(Principal(tier=tier) for tier in Tier)


@pytest.mark.parametrize("principal", EVERYONE)
def test_everyone_reads_the_catalogue_and_its_data(principal: Principal) -> None:
    assert can(principal, "read_catalogue")
    assert can(principal, "read_data")


def test_only_who_showed_a_key_has_an_account_to_read() -> None:
    assert [p.tier for p in EVERYONE if can(p, "read_own_account")] == [Tier.REGISTERED, Tier.VERIFIED, Tier.PARTNER]


@pytest.mark.parametrize("permission", ["", "write_catalogue", "READ_DATA", "read_data "])
def test_a_permission_nobody_declared_is_nobodys(permission: str) -> None:
    assert not any(can(principal, permission) for principal in EVERYONE)


def test_every_permission_says_whose_it_is() -> None:
    assert all(tiers <= set(Tier) for tiers in PERMISSIONS.values())


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
