"""Opaque identities, ours and never the platform's."""

import base64
import secrets


def new_id() -> str:
    """16 lower-case base-32 characters (80 random bits): safe in a URL, a file name and a search field."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()
