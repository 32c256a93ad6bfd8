"""What the doors for programs (`/api`, `/download`) need of the application that they are registered on."""

from typing import cast

from flask import Blueprint, Flask

from portal.http.access_log import install_access_log
from portal.http.cors import install_cors


def open_data_door(blueprint: Blueprint) -> Blueprint:
    """The blueprint, which on registration shares its answers across origins and has requests logged."""
    blueprint.record_once(lambda state: install_cors(cast(Flask, state.app)))
    blueprint.record_once(lambda state: install_access_log(cast(Flask, state.app)))
    return blueprint
