"""Why a sign-in through the provider came to nothing. What the provider sent is never repeated to anybody."""

from enum import StrEnum

from portal.kernel.errors import PortalError


class Fault(StrEnum):
    """The causes that a person is told, each with what to do; the value stands in the address of the page."""

    AWAY = "away"  # no answer, too slow, an error of its own, or too many sign-ins are waiting for it
    SETTINGS = "settings"  # the provider does not take us for whom we say we are, or cannot do what is needed
    CANCELLED = "cancelled"  # the person declined at the provider
    REFUSED = "refused"  # the provider declined
    OLD = "old"  # begun too long ago, in another browser, or answered already
    UNTRUSTED = "untrusted"  # what came back does not prove who signed in
    ADDRESS = "address"  # the mail address has an account that is not linked
    LINKED = "linked"  # this person of the provider is linked to another account
    HAS_ONE = "has-one"  # this account is linked to another person of the provider
    CLOSED = "closed"  # staff closed the account


class ProviderRefused(PortalError):
    """The family's one error. `detail` is for our log; `account_id` is set where an account is concerned."""

    def __init__(self, fault: Fault, detail: str, *, account_id: str = "") -> None:
        super().__init__(f"Signing in with the provider came to nothing ({fault.value}): {detail}")
        self.fault = fault
        self.account_id = account_id
