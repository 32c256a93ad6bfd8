"""A provider that lies, and our part that asks it."""

from collections.abc import Iterator

import pytest

from portal.accounts.oidc import OidcProvider
from tests.accounts.asked_provider import QUICK, registration_of
from tests.accounts.lying_provider import Liar, lying_provider


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying_provider() as opened:
        yield opened


@pytest.fixture
def provider(liar: Liar) -> Iterator[OidcProvider]:
    opened = OidcProvider(registration_of(liar), limits=QUICK)
    yield opened
    opened.close()
