"""Actions about the site itself."""

from portal.ckan.actions import ACTIONS, Call, action
from portal.ckan.errors import ActionNotFound
from portal.ckan.licences import LICENCES
from portal.ckan.writing import ABSENT, CLOSED, WRITES

CKAN_VERSION = "2.12.0"
"""The release whose answers this door gives; clients choose their requests by it."""


@action("status_show")
def status_show(call: Call) -> object:
    """Return a dictionary with information about the site configuration."""
    settings = call.parts.settings
    return {
        "site_title": settings.site_name_zh,
        "site_description": "",
        "site_url": settings.base_url,
        "error_emails_to": "",
        "locale_default": "zh_Hans_CN",
        "extensions": ["datastore"],
        "ckan_version": CKAN_VERSION,
    }


@action("license_list")
def license_list(_call: Call) -> object:
    """Return the list of licenses available for datasets on the site."""
    return [licence.to_json() for licence in LICENCES]


@action("help_show")
def help_show(call: Call) -> object:
    """Return the help string for a particular API action. :param name: the name of the action."""
    name = call.required("name")
    if found := ACTIONS.get(name):
        return found.help
    if name in WRITES | CLOSED | ABSENT:
        return f"{name} is an action of CKAN that is not offered at this door, which only reads what is public."
    raise ActionNotFound("Not found: Action function not found")
