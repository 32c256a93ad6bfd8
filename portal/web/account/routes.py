"""Addresses of the account's pages."""

from flask import Blueprint

from portal.accounts.oidc.registration import AFTER_SIGN_OUT, CALLBACK
from portal.web.account import joining, keys, overview, provider, second_factor, security, signing, webhooks
from portal.web.addresses import LANG

_ROOT = f"{LANG}/account"
_KEY = "/keys/<key_id>"
_WEBHOOK = "/webhooks/<webhook_id>"


def register(blueprint: Blueprint) -> None:
    """Routes of this package."""
    blueprint.add_url_rule(CALLBACK, view_func=provider.receive_answer)
    blueprint.add_url_rule(AFTER_SIGN_OUT, view_func=provider.receive_sign_out)
    for path, view in (
        ("", overview.show_account_page),
        ("/sign-in", signing.show_sign_in),
        ("/register", joining.show_register),
        ("/reset", joining.show_reset),
        ("/link", joining.show_link),
        ("/keys", keys.show_keys),
        ("/code", second_factor.show_code),
        ("/second-factor", second_factor.show_setting_up),
        ("/security", security.show_security),
        (_KEY, keys.show_key),
        ("/provider/answer", provider.take_answer),
        ("/provider/trouble", provider.show_trouble),
        ("/webhooks", webhooks.show_webhooks),
        (_WEBHOOK, webhooks.show_webhook),
    ):
        blueprint.add_url_rule(_ROOT + path, view_func=view)
    for path, view in (
        ("/sign-in", signing.do_sign_in),
        ("/sign-out", signing.do_sign_out),
        ("/provider/sign-in", provider.begin_sign_in),
        ("/provider/link", provider.begin_linking),
        ("/provider/unlink", provider.do_unlinking),
        ("/register", joining.do_register),
        ("/reset", joining.do_reset),
        ("/link", joining.do_link),
        ("/keys", keys.make_key),
        ("/code", second_factor.do_code),
        ("/second-factor", second_factor.do_setting_up),
        ("/second-factor/remove", second_factor.do_removing),
        ("/security/password", security.change_password),
        ("/security/address", security.change_address),
        ("/security/name", security.change_name),
        ("/security/sign-out-others", security.sign_out_others),
        ("/delete", security.do_delete),
        (f"{_KEY}/rotate", keys.rotate_key),
        (f"{_KEY}/revoke", keys.revoke_key),
        ("/webhooks", webhooks.make_own_webhook),
        (f"{_WEBHOOK}/test", webhooks.try_own_webhook),
        (f"{_WEBHOOK}/enable", webhooks.enable_own_webhook),
        (f"{_WEBHOOK}/secret", webhooks.rotate_own_webhook),
        (f"{_WEBHOOK}/delete", webhooks.delete_own_webhook),
    ):
        blueprint.add_url_rule(_ROOT + path, view_func=view, methods=["POST"])
