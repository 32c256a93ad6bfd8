"""The page that sends a browser on to the provider: a link, and the same as a header, so that it goes by itself."""

from flask import Response

from portal.web.account.frame import show_account


def leave_for(address: str, *, is_signing_out: bool) -> Response:
    """Go on to this address of the provider. `is_signing_out`: the person was signed out here already."""
    values = {"address": address, "is_signing_out": is_signing_out}
    response = show_account("provider_leaving.html", {**values, "person": None} if is_signing_out else values)
    response.headers["Refresh"] = f"0; url={address}"
    return response
