"""Addresses of applications."""

from flask import Blueprint

from portal.web.addresses import LANG
from portal.web.applications import applying, own, reviewing

_APPLY = f"{LANG}/dataset/<ref>/apply"
_OWN = f"{LANG}/account/applications"
_ALL = f"{LANG}/applications"


def register(blueprint: Blueprint) -> None:
    """Routes of this package."""
    blueprint.add_url_rule(_APPLY, view_func=applying.show_terms_of)
    blueprint.add_url_rule(_APPLY, view_func=applying.send_application, methods=["POST"])
    blueprint.add_url_rule(_OWN, view_func=own.show_own_applications)
    blueprint.add_url_rule(f"{_OWN}/<application_id>", view_func=own.show_own_application)
    blueprint.add_url_rule(f"{_OWN}/<application_id>", view_func=own.change_own_application, methods=["POST"])
    blueprint.add_url_rule(_ALL, view_func=reviewing.show_applications)
    blueprint.add_url_rule(f"{_ALL}/<application_id>", view_func=reviewing.show_application)
    blueprint.add_url_rule(f"{_ALL}/<application_id>", view_func=reviewing.decide_application, methods=["POST"])
