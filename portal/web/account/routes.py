"""Addresses of the account's pages."""

from flask import Blueprint

from portal.web.account import joining, keys, overview, signing
from portal.web.addresses import LANG

_ROOT = f"{LANG}/account"
_KEY = "/keys/<key_id>"


def register(blueprint: Blueprint) -> None:
    """Routes of this package."""
    for path, view in (
        ("", overview.show_account_page),
        ("/sign-in", signing.show_sign_in),
        ("/register", joining.show_register),
        ("/reset", joining.show_reset),
        ("/link", joining.show_link),
        ("/keys", keys.show_keys),
        (_KEY, keys.show_key),
    ):
        blueprint.add_url_rule(_ROOT + path, view_func=view)
    for path, view in (
        ("/sign-in", signing.do_sign_in),
        ("/sign-out", signing.do_sign_out),
        ("/register", joining.do_register),
        ("/reset", joining.do_reset),
        ("/link", joining.do_link),
        ("/keys", keys.make_key),
        (f"{_KEY}/rotate", keys.rotate_key),
        (f"{_KEY}/revoke", keys.revoke_key),
    ):
        blueprint.add_url_rule(_ROOT + path, view_func=view, methods=["POST"])
